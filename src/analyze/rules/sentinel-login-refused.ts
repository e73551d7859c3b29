import { heldDown } from "../../model/sentinel-sight.js";
import { defineSentinelRule } from "../sentinel-rule.js";
import { evidence, type Draft } from "../rule.js";
import { passwordLine } from "../set-password.js";

export const sentinelLoginRefused = defineSentinelRule({
  id: "sentinel-login-refused",
  category: "availability",
  issue: "A server answers the sentinels with errors, so they hold it for down",
  priorities: ["high"],
  reason:
    "Only PONG, LOADING and MASTERDOWN count as alive. With a wrong auth-pass or auth-user a healthy server looks dead: it is failed over for nothing, or the sentinel that cannot log in has no say.",
  source: "sentinel.c, sentinelPingReplyCallback and dropInstanceConnections; seen on 6.0 to 9.1",
  asks: "sentinels",
  judge(group): Draft[] {
    const refused = heldDown(group).filter(({ why }) => why === "refuses");
    if (refused.length === 0) return [];
    const sentinels = [...new Map(refused.map(({ voice: { node } }) => [node.address, node])).values()];
    return [
      {
        priority: "high",
        action:
          "Give these sentinels the right auth-pass (and auth-user), or give the user on the server back what a sentinel needs. Either way the connections that they have stay refused: setting auth-pass, even to what it is, makes a sentinel from 6.2 on connect anew; restart an older one. A server that answers BUSY runs a script that takes too long.",
        nodes: [...sentinels.map(({ address }) => address), ...refused.map(({ server }) => server.address)],
        evidence: refused.flatMap(({ voice: { node }, announced, entry }) => [
          evidence(node, `flags of ${announced}`, entry.flags.join(",")),
          evidence(node, "last-ping-reply", entry.lastPingMs, "milliseconds"),
          evidence(node, "last-ok-ping-reply", entry.lastOkPingMs, "milliseconds"),
        ]),
        commands: sentinels.map((node) => passwordLine(node, "SENTINEL", "SET", group.name, "auth-pass")),
      },
    ];
  },
});
