/** The target before its nodes, where the report has several; a target that is called after its only node is not named twice. */
export function targetPrefix(
  several: boolean,
  { target, nodes }: { target: string; nodes: readonly string[] },
): string {
  return several && !(nodes.length === 1 && nodes[0] === target) ? `${target}: ` : "";
}
