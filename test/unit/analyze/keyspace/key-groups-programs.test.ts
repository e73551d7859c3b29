import { describe, expect, it } from "vitest";
import { KeyGroups } from "../../../../src/analyze/keyspace/key-groups.js";
import { keyPage, seededRandom, shuffled } from "../../../support/key-page.js";

const random = seededRandom(7);
const below = (end: number) => Math.floor(random() * end);
const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const pick = (characters: string, length: number) => many(length, () => characters[below(characters.length)]).join("");
const hex = (length: number) => pick("0123456789abcdef", length);
const letters = "abcdefghijklmnopqrstuvwxyz";
const base32 = (length: number) => pick("0123456789abcdefghijklmnopqrstuv", length);
const base64url = (length: number) => pick(`0123456789${letters}${letters.toUpperCase()}-_`, length);
const uuid = () => [8, 4, 4, 4, 12].map(hex).join("-");
const ip = () => many(4, () => below(256)).join(".");
const ipv6 = () => `2001:db8:${many(6, () => hex(4)).join(":")}`;
const person = () => many(6, (i) => pick(i % 2 === 0 ? "bcdfghjklmnprst" : "aeiou", 1)).join("");
const day = (i: number) => new Date(Date.UTC(2025, 0, 1 + i)).toISOString().slice(0, 10);
const twoDigits = (number: number) => String(number).padStart(2, "0");
const latin1 = (text: string) => Buffer.from(text, "utf8").toString("latin1");

/** Names as well-known programs make them, by the pattern that a person would give them. */
const programs: Record<string, Record<string, string[]>> = {
  Laravel: {
    "laravel_cache:*": many(900, () => `laravel_cache:${hex(40)}`),
    "laravel_cache:*:timer": many(300, () => `laravel_cache:${hex(40)}:timer`),
    "laravel_cache:user.*": many(300, (i) => `laravel_cache:user.${7 * i}`),
  },
  Symfony: {
    "Q7ab3x9Zk0:*": many(600, () => `Q7ab3x9Zk0:${pick(`0123456789${letters}`, 22)}`),
    "doctrine[*][1]": many(400, (i) => `doctrine[${person()}_${i}][1]`),
  },
  Django: {
    ":1:views.decorators.cache.cache_page..GET.*.en-us.UTC": many(
      500,
      () => `:1:views.decorators.cache.cache_page..GET.${hex(32)}.${hex(32)}.en-us.UTC`,
    ),
    ":1:views.decorators.cache.cache_header..*.en-us.UTC": many(
      400,
      () => `:1:views.decorators.cache.cache_header..${hex(32)}.en-us.UTC`,
    ),
    ":1:user_*_perms": many(400, (i) => `:1:user_${i}_perms`),
  },
  Rails: {
    "views/posts/show:*/posts/*": many(500, (i) => `views/posts/show:${hex(32)}/posts/${i}`),
    "session:2::*": many(500, () => `session:2::${hex(64)}`),
  },
  Sidekiq: {
    "stat:failed:*": many(180, (i) => `stat:failed:${day(i)}`),
    "stat:processed:*": many(180, (i) => `stat:processed:${day(i)}`),
    "cron_job:*": many(300, () => `cron_job:${person()}`),
  },
  BullMQ: {
    "bull:mail:*": many(800, (i) => `bull:mail:${i}`),
    "bull:mail:*:logs": many(400, (i) => `bull:mail:${i}:logs`),
    "bull:pdf:*": many(800, (i) => `bull:pdf:${i}`),
  },
  Celery: { "celery-task-meta-*": many(900, () => `celery-task-meta-${uuid()}`) },
  Spring: {
    "spring:session:sessions:*": many(500, () => `spring:session:sessions:${uuid()}`),
    "spring:session:sessions:expires:*": many(500, () => `spring:session:sessions:expires:${uuid()}`),
    "userCache::SimpleKey [*,*]": many(300, (i) => `userCache::SimpleKey [${person()},${i}]`),
  },
  WordPress: {
    "wp_:posts:*": many(400, (i) => `wp_:posts:${3 * i}`),
    "wp_:post_meta:*": many(400, (i) => `wp_:post_meta:${3 * i}`),
  },
  Memcached: {
    "prod_*": many(600, () => `prod_${hex(32)}`),
    "prod_lock_*": many(300, () => `prod_lock_${hex(32)}`),
    "memc.sess.key.*": many(400, () => `memc.sess.key.${base32(26)}`),
  },
  "rate limiters": {
    "ratelimit:*:/api/v1": many(500, () => `ratelimit:${ip()}:/api/v1`),
    "ratelimit:*:/api/v2/users": many(400, () => `ratelimit:${ip()}:/api/v2/users`),
    "rl6:*:login": many(400, () => `rl6:${ipv6()}:login`),
  },
  URLs: {
    "https://www.example.com/p/*": many(500, (i) => `https://www.example.com/p/${i}?color=red&size=${below(50)}`),
  },
  tokens: {
    "token:*": many(2000, () => `token:${base64url(43)}`),
    "jwt:*": many(600, () => `jwt:eyJhbGciOiJIUzI1NiJ9.${base64url(60)}.${base64url(43)}`),
    "code:*": many(500, () => `code:${pick("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 8)}`),
    "mongo:*": many(500, () => `mongo:${hex(24)}`),
  },
  "e-mail addresses": {
    "login:*@example.com": many(500, () => `login:${person()}.${person()}@example.com`),
    "login:*@corp.co.uk": many(500, () => `login:${person()}.${person()}@corp.co.uk`),
  },
  geohashes: { "drivers:*": many(900, () => `drivers:${pick("0123456789bcdefghjkmnpqrstuvwxyz", 6)}`) },
  dates: {
    "metrics:*": many(500, (i) => `metrics:${day(i)}`),
    "metrics:*:*": many(2400, (i) => `metrics:${day(i % 100)}:${twoDigits(i % 24)}`),
    "hits:*": many(500, (i) => `hits:${day(i % 60).replaceAll("-", "")}${twoDigits(i % 24)}`),
  },
  locales: {
    "menu:de_DE:*": many(300, () => `menu:de_DE:${person()}`),
    "menu:en_GB:*": many(300, () => `menu:en_GB:${person()}`),
  },
  "names in UTF-8": {
    "użytkownik:*:koszyk": many(400, (i) => latin1(`użytkownik:${i}:koszyk`)),
    "城市:北京:*": many(400, (i) => latin1(`城市:北京:${i}`)),
  },
  calls: {
    "getUserById(*)": many(400, (i) => `getUserById(${i})`),
    "UserService.findAll[*]": many(400, (i) => `UserService.findAll[${i}]`),
    'query:{"id":"*","first":*}': many(400, (i) => `query:{"id":"${uuid()}","first":${i}}`),
  },
  "hash tags": {
    "{account:*}:cart": many(400, (i) => `{account:${i}}:cart`),
    "{*}.events": many(400, () => `{${uuid()}}.events`),
    "order:{eu}:*": many(400, () => `order:{eu}:${below(1e6)}`),
  },
  tenants: {
    "t*:user:*": many(2000, () => `t${1 + below(200)}:user:${below(1e6)}`),
    "tenant_*:cfg": many(800, () => `tenant_${person()}:cfg`),
  },
  versions: {
    "v1:article:*": many(600, (i) => `v1:article:${i}`),
    "v2:article:*": many(600, (i) => `v2:article:${i}`),
  },
  "no prefix at all": { "*": many(900, () => hex(32)) },
};

function groupsOf(names: string[], seed: number): Record<string, number> {
  const groups = new KeyGroups();
  const inAnyOrder = shuffled(names, seededRandom(seed)).map((name) => ({ name }));
  for (let at = 0; at < inAnyOrder.length; at += 1000) groups.add(keyPage({ rows: inAnyOrder.slice(at, at + 1000) }));
  return Object.fromEntries(Array.from(groups.eachGroup(), ({ pattern, statistics }) => [pattern, statistics.keys]));
}

function countsOf(patterns: Record<string, string[]>): Record<string, number> {
  return Object.fromEntries(Object.entries(patterns).map(([pattern, names]) => [pattern, names.length]));
}

describe("names of well-known programs", () => {
  it.each(Object.entries(programs))("are grouped as a person would: %s", (_, patterns) => {
    expect(groupsOf(Object.values(patterns).flat(), 1)).toEqual(countsOf(patterns));
  });

  it("stay apart when all of them share a server with thousands of names that have no prefix", () => {
    const all = Object.assign({}, ...Object.values(programs)) as Record<string, string[]>;
    const noise = many(20_000, () => `${person()}${pick(letters, 3)}:${below(1e6)}`);
    const found = groupsOf([...Object.values(all).flat(), ...noise], 2);
    const { "*": noPrefix, ...expected } = countsOf(all);
    // A name that comes before its prefix has shown itself to be one may be among those without any.
    for (const [pattern, keys] of Object.entries(expected)) {
      expect([pattern, found[pattern] ?? 0]).toEqual([pattern, expect.closeTo(keys, -1.5)]);
    }
    expect(found["*"]).toBeGreaterThanOrEqual(noPrefix ?? 0);
    expect(Object.values(found).reduce((sum, keys) => sum + keys, 0)).toBe(
      Object.values(all).flat().length + noise.length,
    );
  });
});
