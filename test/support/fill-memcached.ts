import { once } from "node:events";
import { connect } from "node:net";

/** Stores `count` items named by `nameOf`, each with `valueBytes` of data, without waiting for each answer. */
export async function fillMemcached(
  port: number,
  count: number,
  nameOf: (index: number) => string,
  valueBytes = 8,
): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  const value = "v".repeat(valueBytes);
  socket.setEncoding("latin1");
  let answer = "";
  socket.on("data", (text: string) => (answer += text));
  for (let from = 0; from < count; from += 10_000) {
    let request = "";
    for (let i = from; i < Math.min(count, from + 10_000); i++)
      request += `set ${nameOf(i)} 0 0 ${valueBytes} noreply\r\n${value}\r\n`;
    if (!socket.write(request, "latin1")) await once(socket, "drain");
  }
  socket.write("version\r\n");
  while (!answer.includes("VERSION")) await once(socket, "data");
  socket.destroy();
  if (answer.includes("ERROR")) throw new Error(`memcached refused an item: ${answer.slice(0, 200)}`);
}
