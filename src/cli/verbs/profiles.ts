import { Option, type Command } from "commander";
import { profileKinds, type ProfileKind } from "../../profiles/profile-spec.js";
import { addOutputOptions, type OutputFlags } from "../output.js";
import type { Shell } from "../shell.js";
import { addSelectionOptions, selectionOf, type SelectionFlags } from "../selection.js";

type ProfilesFlags = OutputFlags & SelectionFlags;

export function addProfiles(program: Command, shell: Shell): void {
  const profiles = program
    .command("profiles")
    .description("the files that say where your servers are and how to log in")
    .addHelpText("before", examples);
  addList(profiles, shell);
  addShow(profiles, shell);
  addCheck(profiles, shell);
  addInit(profiles, shell);
}

function addList(profiles: Command, shell: Shell): void {
  const command = profiles
    .command("list")
    .description("all profiles of the directory")
    .option("--profiles-dir <path>", "where the profiles are")
    .addHelpText(
      "before",
      "Examples:\n  cachectl profiles list\n  cachectl profiles list --profiles-dir /etc/cachectl\n",
    );
  addOutputOptions(command).action(async (flags: ProfilesFlags) => {
    const { listProfiles } = await import("../../commands/profiles/list.js");
    await shell.report("profiles-list", flags, (context) => listProfiles(context, flags.profilesDir ?? null));
  });
}

function addShow(profiles: Command, shell: Shell): void {
  const command = profiles
    .command("show")
    .description("profiles as they will be used, defaults included; never shows a secret")
    .argument("[profile...]", "names, globs or URLs")
    .addHelpText(
      "before",
      "Examples:\n  cachectl profiles show prod-sessions\n  cachectl profiles show -l env=prod --json\n",
    );
  addOutputOptions(addSelectionOptions(command)).action(async (names: string[], flags: ProfilesFlags) => {
    const { showProfiles } = await import("../../commands/profiles/show.js");
    await shell.report("profiles-show", flags, (context) => showProfiles(context, selectionOf(names, flags)));
  });
}

function addCheck(profiles: Command, shell: Shell): void {
  const command = profiles
    .command("check")
    .description("connect to every node and say what this login may and may not do; changes nothing")
    .argument("[profile...]", "names, globs or URLs")
    .addHelpText("before", "Examples:\n  cachectl profiles check prod-sessions\n  cachectl profiles check 'prod-*'\n");
  addOutputOptions(addSelectionOptions(command)).action(async (names: string[], flags: ProfilesFlags) => {
    const { checkProfiles } = await import("../../commands/profiles/check.js");
    await shell.report("profiles-check", flags, (context) => checkProfiles(context, selectionOf(names, flags)));
  });
}

function addInit(profiles: Command, shell: Shell): void {
  const command = profiles
    .command("init")
    .description("write a commented starter profile")
    .argument("<name>", "of the profile and its file")
    .addOption(new Option("--kind <kind>", "what it is a profile of").choices(profileKinds).default("standalone"))
    .option("--profiles-dir <path>", "where to write it")
    .addHelpText("before", "Examples:\n  cachectl profiles init prod-sessions --kind sentinel\n");
  addOutputOptions(command).action(async (name: string, flags: ProfilesFlags & { kind: ProfileKind }) => {
    const { initProfile } = await import("../../commands/profiles/init.js");
    const options = { name, kind: flags.kind, profilesDirectory: flags.profilesDir ?? null };
    await shell.report("profiles-init", flags, (context) => initProfile(context, options));
  });
}

const examples = `Examples:
  cachectl profiles init prod-sessions --kind sentinel
  cachectl profiles check prod-sessions
  cachectl profiles list
`;
