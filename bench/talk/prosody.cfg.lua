-- Prosody as small as it gets, for `make bench-chat`: anonymous sign-in over WebSocket, no TLS, errors only, and no
-- storage. ENV_… are environment variables. With ARCHIVE it keeps every message on SQLite, as its archive does.
run_as_root = true -- the measurement may run in a container; nothing is served but 127.0.0.1
pidfile = ENV_FOLDER .. "/prosody.pid"
data_path = ENV_FOLDER
certificates = ENV_FOLDER
log = { error = "*console" }

interfaces = { "127.0.0.1" }
http_interfaces = { "127.0.0.1" }
http_ports = { tonumber(ENV_PORT) }
http_host = "localhost"
https_ports = {}
c2s_ports = {}
c2s_direct_tls_ports = {}
s2s_ports = {}

authentication = "anonymous"
allow_anonymous_storage = ENV_ARCHIVE ~= nil
c2s_require_encryption = false
consider_websocket_secure = true
modules_disabled = { "s2s", "s2s_auth_certs", "offline", "tls" }
modules_enabled = { "saslauth", "websocket" }
storage = "none"

if ENV_ARCHIVE then
	modules_enabled = { "saslauth", "websocket", "mam" }
	default_archive_policy = true
	storage = { archive = "sql" }
	default_storage = "none"
	sql = { driver = "SQLite3", database = "archive.sqlite" }
end

VirtualHost "localhost"
