import { didYouMean } from "../model/nearest.js";
import type { ProfileCatalog } from "./catalog.js";
import type { ProfileFile } from "./find.js";
import type { ProfileProblem } from "./profile-error.js";
import type { FleetMember, FleetSpec, NamedTarget, ProfileSpec } from "./profile-spec.js";
import { isGlob, matchGlob } from "./selection-words.js";

/** The targets that profile names stand for, each once, in the order they were met, and every problem met on the way. */
export interface Expansion {
  targets: NamedTarget[];
  problems: ProfileProblem[];
}

/** Reads the named files and, for fleets, those of their members, to any depth. Names must be in the catalog. */
export async function expandProfiles(names: readonly string[], catalog: ProfileCatalog): Promise<Expansion> {
  const walk = new FleetWalk(catalog);
  for (const name of names) await walk.visit(name, []);
  return walk.expansion();
}

class FleetWalk {
  private readonly targets = new Map<string, NamedTarget>();
  /** By text, because a file that several fleets name is met several times. */
  private readonly problems = new Map<string, ProfileProblem>();
  private readonly finished = new Set<string>();

  constructor(private readonly catalog: ProfileCatalog) {}

  expansion(): Expansion {
    return { targets: [...this.targets.values()], problems: [...this.problems.values()] };
  }

  /** @param chain the fleets that led here, outermost first. */
  async visit(name: string, chain: readonly string[]): Promise<void> {
    const file = this.catalog.file(name);
    if (file === null || this.finished.has(name)) return;
    const spec = await this.read(file);
    if (spec?.kind === "fleet") await this.visitFleet(file, spec, [...chain, name]);
    else if (spec !== null) this.targets.set(name, { name, source: file.path, spec });
    this.finished.add(name);
  }

  private async visitFleet(file: ProfileFile, spec: FleetSpec, chain: readonly string[]): Promise<void> {
    for (const member of spec.members) {
      for (const name of this.memberNames(file, member, chain)) await this.visit(name, chain);
    }
    if (spec.select === null) return;
    const selected = await this.withLabels(spec.select.labels);
    for (const name of selected) await this.visit(name, chain);
    // With a problem about, a file that could not be read may be the one that has them.
    if (selected.length === 0 && this.problems.size === 0)
      this.report(file, { ...spec.select, message: "no profile in this directory has all of these labels" });
  }

  private memberNames(file: ProfileFile, member: FleetMember, chain: readonly string[]): string[] {
    const { name } = member;
    if (isGlob(name)) {
      // `*` in a fleet means the others, not the fleet itself nor those that contain it.
      const names = matchGlob(name, this.catalog.names).filter((match) => !chain.includes(match));
      if (names.length === 0) this.report(file, { ...member, message: `no profile matches \`${name}\`` });
      return names;
    }
    const start = chain.indexOf(name);
    if (start !== -1) {
      const cycle = [...chain.slice(start), name].join(" → ");
      this.report(file, { ...member, message: `the fleet contains itself: ${cycle}` });
    } else if (this.catalog.file(name) === null) {
      const message = `there is no profile \`${name}\` in ${this.catalog.directory.shown}${didYouMean(name, this.catalog.names)}`;
      this.report(file, { ...member, message });
    } else return [name];
    return [];
  }

  /** A file with problems may or may not have the labels; its problems count, because leaving it out would go unseen. */
  private async withLabels(labels: Readonly<Record<string, string>>): Promise<string[]> {
    const matching: string[] = [];
    for (const name of this.catalog.names) {
      const file = this.catalog.file(name);
      const spec = file === null ? null : await this.read(file);
      if (spec !== null && spec.kind !== "fleet" && hasLabels(spec.labels, labels)) matching.push(name);
    }
    return matching;
  }

  private async read(file: ProfileFile): Promise<ProfileSpec | null> {
    const parsed = await this.catalog.profile(file);
    if (parsed.ok) return parsed.spec;
    for (const problem of parsed.problems) this.problems.set(JSON.stringify(problem), problem);
    return null;
  }

  private report(file: ProfileFile, { line, column, message }: Omit<ProfileProblem, "file">): void {
    const problem = { file: file.shown, line, column, message };
    this.problems.set(JSON.stringify(problem), problem);
  }
}

export function hasLabels(labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}
