/** What the built program is run with: nothing of the user's own, no setting of its own, no colour setting. */
export const bareEnvironment = {
  PATH: process.env["PATH"] ?? "",
  HOME: "/nonexistent",
  // Made by state-directory.ts: as root, journals would be written even below a HOME that does not exist.
  XDG_STATE_HOME: process.env["CACHECTL_TEST_STATE"] ?? "/dev/null",
};
