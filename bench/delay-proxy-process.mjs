/**
 * `node delay-proxy-process.mjs <port of the server> <delay in ms> [clients-only]`: a wire with a delay. Says its own port to its
 * parent. Each chunk goes on so many milliseconds after it came, in order, both ways; how much goes is not limited.
 * clients-only: what another server sends by MIGRATE goes on at once, as between servers in one place whose clients are elsewhere.
 */
import { connect, createServer } from "node:net";
import { performance } from "node:perf_hooks";
import { setTimeout } from "node:timers";

const [serverPort, delayMs] = process.argv.slice(2, 4).map(Number);
const clientsOnly = process.argv[4] === "clients-only";

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

function delayBoth(client, upstream) {
  forwardLate(client, upstream);
  forwardLate(upstream, client);
}

const server = createServer((client) => {
  const upstream = connect(serverPort, "127.0.0.1");
  client.setNoDelay(true);
  upstream.setNoDelay(true);
  if (!clientsOnly) return delayBoth(client, upstream);
  client.on("error", () => {});
  client.once("data", (first) => {
    client.pause();
    // No client says that; MIGRATE begins each of its connections with it, after SELECT 0.
    if (first.includes("RESTORE-ASKING")) {
      upstream.on("error", () => client.destroy());
      client.on("close", () => upstream.destroy());
      upstream.write(first);
      client.pipe(upstream).pipe(client);
    } else {
      delayBoth(client, upstream);
      client.emit("data", first);
    }
    client.resume();
  });
});
server.listen(0, "127.0.0.1", () => process.send(server.address().port));
process.on("disconnect", () => process.exit());
