/** What INFO everything of each line says, cut down to what differs between the lines. */
export const redis60 = `# Server
redis_version:6.0.16
redis_mode:standalone
os:Linux 6.1 x86_64
run_id:5232539417080368ac3ebadb04d35eeb8bdc93b4
tcp_port:6379
uptime_in_seconds:120
configured_hz:10
executable:/usr/bin/redis-server
config_file:

# Clients
connected_clients:3
blocked_clients:1
tracking_clients:0

# Memory
used_memory:874000
used_memory_rss:6295552
maxmemory:0
maxmemory_policy:noeviction
mem_fragmentation_ratio:7.20
number_of_cached_scripts:0
active_defrag_running:0
mem_allocator:jemalloc-5.2.1

# Persistence
loading:0
rdb_changes_since_last_save:1
rdb_last_save_time:1795204356
rdb_last_bgsave_status:ok
rdb_bgsave_in_progress:0
rdb_last_cow_size:0
aof_enabled:0
aof_last_write_status:ok
aof_last_bgrewrite_status:ok

# Stats
total_connections_received:5
total_commands_processed:12
instantaneous_ops_per_sec:3
keyspace_hits:1
keyspace_misses:0
evicted_keys:0
latest_fork_usec:0

# Replication
role:master
connected_slaves:0
master_repl_offset:0

# CPU
used_cpu_sys:0.10
used_cpu_user:0.20

# Modules

# Commandstats
cmdstat_get:calls=1,usec=5,usec_per_call=5.00
cmdstat_config:calls=1,usec=8,usec_per_call=8.00

# Cluster
cluster_enabled:0

# Keyspace
db0:keys=1,expires=1,avg_ttl=999950
`;

export const redis70 = `# Server
redis_version:7.0.15
redis_mode:cluster
run_id:3fae96c4c8eacc60f996c2b9600023b8b69cafb0
uptime_in_seconds:60

# Clients
connected_clients:1
cluster_connections:10
maxclients:10000

# Persistence
loading:1
async_loading:0
loading_loaded_perc:41.50
loading_eta_seconds:12

# Stats
total_commands_processed:4
acl_access_denied_cmd:2

# Commandstats
cmdstat_auth:calls=1,usec=2,usec_per_call=2.00,rejected_calls=0,failed_calls=1
cmdstat_config|set:calls=1,usec=24,usec_per_call=24.00,rejected_calls=3,failed_calls=0

# Errorstats
errorstat_ERR:count=1
errorstat_OOM:count=3

# Latencystats
latency_percentiles_usec_config|set:p50=24.063,p99=24.063,p99.9=24.063

# Keyspace
`;

export const redis80 = `# Server
redis_version:8.0.6
redis_mode:standalone
run_id:d341f8507ff9702afe8e576cd91cfb49f017bc17
uptime_in_seconds:60
listener0:name=tcp,bind=127.0.0.1,port=6379

# Threads

# Keyspace
db0:keys=1,expires=1,avg_ttl=999988,subexpiry=0
db10:keys=4,expires=0,avg_ttl=0,subexpiry=2

# Keysizes
db0_distrib_strings_sizes:1=1
`;

export const valkey91 = `# Server
redis_version:7.2.4
server_name:valkey
valkey_version:9.1.2
valkey_release_stage:ga
server_mode:cluster
run_id:635f91e9a1d9c25687844e082d0cad1c3a0535b8
uptime_in_seconds:60
config_file:/etc/valkey/valkey.conf

# Stats
total_commands_processed:4

# Cluster
cluster_enabled:1

# Cluster Info
cluster_state:ok
total_cluster_links_buffer_limit_exceeded:2

# Keyspace
db0:keys=1,expires=1,avg_ttl=0,keys_with_volatile_items=0
`;
