import { describe, expect, it } from "vitest";
import { qualified } from "../../../src/demo/engine-servers.js";
import { imageFor, imageVariable } from "../../../src/demo/images.js";

describe("images", () => {
  it("takes the image from the environment, else the public one", () => {
    expect(imageFor("redis-6.0", { REDIS_6_0_IMAGE: "registry.example/redis:6" })).toBe("registry.example/redis:6");
    expect(imageFor("valkey-9.1", {})).toBe("valkey/valkey:9.1");
    expect(imageVariable("memcached-1.6")).toBe("MEMCACHED_1_6_IMAGE");
  });

  it.each([
    ["redis:8.0", "podman", "docker.io/library/redis:8.0"],
    ["valkey/valkey:8.1", "podman", "docker.io/valkey/valkey:8.1"],
    ["localhost/mine:1", "podman", "localhost/mine:1"],
    ["registry.example:5000/redis:8", "podman", "registry.example:5000/redis:8"],
    ["redis:8.0", "docker", "redis:8.0"],
  ])("names %s for %s as %s", (image, program, name) => {
    expect(qualified(image, program)).toBe(name);
  });
});
