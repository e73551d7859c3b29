import { Option } from "commander";

/** How long each step may wait for the nodes. A node's handshake and a first sync of little data take seconds. */
export function waitOption(parse: (text: string) => number): Option {
  return new Option("--wait <duration>", "how long each step may wait for the nodes")
    .argParser(parse)
    .default(60_000, "1m");
}
