/**
 * `node delay-proxy-process.mjs <port of the server> <delay in ms>`: a wire with a delay. Says its own port to its parent. Each
 * chunk goes on so many milliseconds after it came, in order, both ways; how much goes is not limited.
 */
import { connect, createServer } from "node:net";
import { performance } from "node:perf_hooks";
import { setTimeout } from "node:timers";

const [serverPort, delayMs] = process.argv.slice(2).map(Number);

function forwardLate(from, to) {
  const waiting = [];
  let timer = null;
  const forward = () => {
    timer = null;
    // A timer may be a fraction of a millisecond early; a further one would be a whole one late.
    const now = performance.now() + 0.3;
    while (waiting.length > 0 && waiting[0].dueAt <= now) to.write(waiting.shift().chunk);
    if (waiting.length > 0) timer = setTimeout(forward, waiting[0].dueAt - now);
  };
  from.on("data", (chunk) => {
    waiting.push({ chunk, dueAt: performance.now() + delayMs });
    timer ??= setTimeout(forward, delayMs);
  });
  from.on("error", () => {});
  from.on("close", () => setTimeout(() => to.destroy(), 2 * delayMs));
}

const server = createServer((client) => {
  const upstream = connect(serverPort, "127.0.0.1");
  client.setNoDelay(true);
  upstream.setNoDelay(true);
  forwardLate(client, upstream);
  forwardLate(upstream, client);
});
server.listen(0, "127.0.0.1", () => process.send(server.address().port));
process.on("disconnect", () => process.exit());
