import { connect } from "node:net";
import { setTimeout } from "node:timers";

/** Another client, in a process of its own: GET of one key, a millisecond's pause, and again. Sends how long each took on any message. */
const socket = connect(Number(process.argv[2]), "127.0.0.1").setNoDelay(true);
const request = "*2\r\n$3\r\nGET\r\n$6\r\nreader\r\n";
let took = [];
let askedAt = 0n;

function ask() {
  askedAt = process.hrtime.bigint();
  socket.write(request);
}

socket.on("data", () => {
  took.push(Number(process.hrtime.bigint() - askedAt) / 1e6);
  setTimeout(ask, 1);
});
process.on("message", () => {
  process.send(took);
  took = [];
});
process.on("disconnect", () => process.exit());
ask();
process.send("ready");
