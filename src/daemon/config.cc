#include "daemon/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <toml++/toml.h>
#include <charconv>
#include <fstream>
#include <iterator>
#include <set>

#include "rpc/tls_identity.h"

namespace dcportals::daemon {
namespace {

// Packets a second. An OpenFlow meter takes 32 bits, of which a burst needs one.
constexpr std::int64_t kMaxRate = 1'000'000;

// Threads. More than processors help nobody; the limit only stops mistakes.
constexpr std::int64_t kMaxWorkers = 64;

// The file as it is read.
struct Source {
  const toml::table& root;
  const std::string& file;
  std::set<std::string>& keys;  // "section.key" of everything that was asked for
};

// One table of the file. Every key asked for is noted; finish() refuses the others.
class Section {
 public:
  Section(const Source& source, std::string name) : name_(std::move(name)), source_(source) {
    const toml::node* node = source.root.get(name_);
    if (node == nullptr) return;
    table_ = node->as_table();
    if (table_ == nullptr) throw ConfigError(fmt::format("{}: {} must be a table", where(*node), name_));
  }

  template <class T>
  void read(const char* key, T& out) {
    note(key);
    const toml::node* node = table_ == nullptr ? nullptr : table_->get(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<T>();
    if (!value) throw ConfigError(fmt::format("{}: {}.{} must be {}", where(*node), name_, key, type_name(out)));
    out = *value;
  }
  // A whole number from `least` to `most`.
  template <class T>
  void read_number(const char* key, T& out, std::int64_t least, std::int64_t most) {
    std::int64_t value = static_cast<std::int64_t>(out);
    read(key, value);
    if (value < least || value > most) fail(key, fmt::format("must be from {} to {}", least, most));
    out = static_cast<T>(value);
  }
  // 0 to a day; what 0 means is the key's affair.
  void read_interval(const char* key, controller::Clock::duration& out) {
    std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(out).count();
    read_number(key, seconds, 0, 86'400);
    out = std::chrono::seconds(seconds);
  }
  // Packets a second; as many as two seconds allow may come at once.
  void read_rate(const char* key, flowgen::RateLimit& out) {
    read_number(key, out.rate, 1, kMaxRate);
    out.burst = 2 * out.rate;
  }
  void read_seconds(const char* key, std::chrono::milliseconds& out) {
    std::int64_t seconds = out.count() / 1000;
    read_number(key, seconds, 1, 86'400);
    out = std::chrono::seconds(seconds);
  }
  [[nodiscard]] const toml::table* sub_table(const char* key) {
    note(key);
    const toml::node* node = table_ == nullptr ? nullptr : table_->get(key);
    if (node == nullptr) return nullptr;
    if (!node->is_table()) fail(key, "must be a table");
    return node->as_table();
  }

  [[noreturn]] void fail(const char* key, const std::string& what) const {
    const toml::node* node = table_ == nullptr ? nullptr : table_->get(key);
    throw ConfigError(fmt::format("{}: {}.{} {}", node == nullptr ? source_.file : where(*node), name_, key, what));
  }
  void finish() const {
    if (table_ == nullptr) return;
    for (const auto& [key, node] : *table_) {
      const std::string name = fmt::format("{}.{}", name_, key.str());
      if (!source_.keys.contains(name)) throw ConfigError(fmt::format("{}: unknown key {}", where(node), name));
    }
  }

 private:
  void note(const char* key) { source_.keys.insert(fmt::format("{}.{}", name_, key)); }
  [[nodiscard]] std::string where(const toml::node& node) const {
    return fmt::format("{}:{}", source_.file, node.source().begin.line);
  }
  static const char* type_name(const std::string&) { return "a text"; }
  static const char* type_name(std::int64_t) { return "a whole number"; }
  static const char* type_name(bool) { return "true or false"; }

  std::string name_;
  Source source_;
  const toml::table* table_ = nullptr;
};

std::string read_token(const Section& section, const std::string& path) {
  std::ifstream file(path);
  std::string token;
  if (!std::getline(file, token) || token.empty()) section.fail("token_file", fmt::format("cannot read a token from {}", path));
  return token;
}

// Nothing where neither file is named.
std::shared_ptr<rpc::TlsIdentity> read_tls(Section& section) {
  static constexpr const char* kCertificate = "tls_certificate_file";
  static constexpr const char* kKey = "tls_key_file";
  std::string certificate, key;
  section.read(kCertificate, certificate);
  section.read(kKey, key);
  if (certificate.empty() && key.empty()) return nullptr;
  if (key.empty()) section.fail(kKey, fmt::format("is missing: the key of {}", certificate));
  if (certificate.empty()) section.fail(kCertificate, fmt::format("is missing: the certificate of {}", key));
  auto identity = rpc::TlsIdentity::load(certificate, key);
  if (identity) return *identity;
  section.fail(identity.error().file == rpc::TlsFileError::File::kKey ? kKey : kCertificate, identity.error().text);
}

void read_openflow(const Source& source, Config& config) {
  Section section(source, "openflow");
  section.read("listen", config.openflow.listen_endpoint);
  section.read_seconds("echo_interval_seconds", config.openflow.echo_interval);
  section.read_seconds("echo_timeout_seconds", config.openflow.echo_timeout);
  section.read_number("max_connections", config.openflow.max_connections, 1, 1'000'000);
  section.read_number("workers", config.openflow.workers, 1, kMaxWorkers);
  section.finish();
}

void read_api(const Source& source, Config& config) {
  Section section(source, "api");
  std::string listen = fmt::format("{}:{}", config.api.address, config.api.port), token_file;
  section.read("listen", listen);
  section.read("token_file", token_file);
  const auto colon = listen.rfind(':');
  const std::string digits = colon == std::string::npos ? "" : listen.substr(colon + 1);
  unsigned port = 65536;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  std::string address = colon == std::string::npos ? "" : listen.substr(0, colon);
  if (address.size() > 2 && address.front() == '[' && address.back() == ']') address = address.substr(1, address.size() - 2);
  if (error != std::errc{} || end != digits.data() + digits.size() || port > 65535 || !parse_ip_address(address)) {
    section.fail("listen", "must be address:port, as 127.0.0.1:8696 or [::1]:8696");
  }
  config.api.address = address;
  config.api.port = static_cast<std::uint16_t>(port);
  if (!token_file.empty()) config.api.bearer_token = read_token(section, token_file);
  config.api.tls = read_tls(section);
  section.finish();
}

// An OpenFlow port is one thing: the attachment of one physical network, and no uplink.
void read_physical_networks(Section& section, controller::PortNames& names) {
  constexpr const char* kKey = "physical_networks";
  constexpr std::size_t kMaxPortName = 15;  // OpenFlow 1.3 section 7.2.1: 16 bytes with the zero at the end
  const toml::table* table = section.sub_table(kKey);
  if (table == nullptr) return;
  std::set<std::string> ports;
  for (const auto& [key, node] : *table) {
    const std::string name(key.str());
    const auto port = node.value_exact<std::string>();
    if (name.empty() || !port || port->empty() || port->size() > kMaxPortName) {
      section.fail(kKey, fmt::format("has no OpenFlow port of 1 to {} characters for '{}'", kMaxPortName, name));
    }
    if (controller::matches_pattern(names.uplink_pattern, *port)) {
      section.fail(kKey, fmt::format("has {} for {}, which is an uplink ({})", *port, name, names.uplink_pattern));
    }
    if (!ports.insert(*port).second) section.fail(kKey, fmt::format("has {} twice", *port));
    names.physical_networks.emplace(name, *port);
  }
}

void read_fabric(const Source& source, Config& config) {
  Section section(source, "fabric");
  controller::PortNames& names = config.controller.names;
  section.read("uplink", names.uplink_pattern);
  if (names.uplink_pattern.empty()) section.fail("uplink", "must not be empty");
  std::string pool = config.key_pool.prefix().to_string();
  section.read("key_pool", pool);
  std::int64_t host_bits = -1;
  section.read("key_host_bits", host_bits);
  if (host_bits < -1 || host_bits > 31) section.fail("key_host_bits", "must be from 0 to 31");
  std::int64_t rest = std::chrono::duration_cast<std::chrono::seconds>(config.controller.key_rest).count();
  section.read_number("key_rest_seconds", rest, 1, 86'400);
  config.controller.key_rest = std::chrono::seconds(rest);
  read_physical_networks(section, names);
  section.finish();
  const auto prefix = Ipv4Prefix::parse(pool);
  if (!prefix) section.fail("key_pool", fmt::format("is not an IPv4 prefix: {}", pool));
  const auto made =
      topology::KeyPool::make(*prefix, host_bits < 0 ? std::nullopt : std::optional(static_cast<unsigned>(host_bits)));
  if (!made) section.fail("key_pool", made.error());
  config.key_pool = *made;
}

void read_forwarding(const Source& source, Config& config) {
  Section section(source, "forwarding");
  flowgen::Policy& policy = config.controller.policy;
  std::string mode(topology::to_string(policy.mode));
  section.read("mode", mode);
  const auto parsed = topology::parse_forwarding_mode(mode);
  if (!parsed) section.fail("mode", "must be proactive, reactive or auto");
  policy.mode = *parsed;
  section.read_number("auto_ports", policy.auto_ports, 1, 1'000'000);
  section.read_number("idle_timeout_seconds", policy.idle_timeout, 1, 65'535);
  section.read_interval("reconcile_interval_seconds", config.controller.reconcile_interval);
  section.read_interval("announce_interval_seconds", config.controller.announce_interval);
  section.finish();
}

void read_protection(const Source& source, Config& config) {
  Section section(source, "protection");
  flowgen::Policy& policy = config.controller.policy;
  section.read_number("broadcast_rate", policy.broadcast_rate, topology::kMinBroadcastRate, topology::kMaxBroadcastRate);
  section.read_rate("outside_broadcasts_per_second", policy.outside_broadcasts);
  section.read_rate("arp_requests_per_second", policy.arp_requests);
  section.read_rate("first_packets_per_second", policy.first_packets);
  section.read_rate("wire_packets_per_second", policy.wire_packets);
  section.finish();
}

void read_status(const Source& source, Config& config) {
  Section section(source, "status");
  std::int64_t grace = config.host_grace.count();
  section.read_number("host_grace_seconds", grace, 1, 3'600);
  config.host_grace = std::chrono::seconds(grace);
  section.finish();
}

void read_log(const Source& source, Config& config) {
  static const std::set<std::string> kLevels{"trace", "debug", "info", "warning", "error", "critical", "off"};
  static const std::set<std::string> kModules{"channel", "controller", "daemon", "store"};  // those that have a logger
  Section section(source, "log");
  section.read("level", config.log.level);
  if (!kLevels.contains(config.log.level)) section.fail("level", "must be trace, debug, info, warning, error, critical or off");
  if (const toml::table* modules = section.sub_table("modules")) {
    for (const auto& [name, node] : *modules) {
      if (!kModules.contains(std::string(name.str()))) {
        section.fail("modules", fmt::format("has {}, which is none of {}", name.str(), fmt::join(kModules, ", ")));
      }
      const auto level = node.value_exact<std::string>();
      if (!level || !kLevels.contains(*level)) section.fail("modules", fmt::format("has no log level for {}", name.str()));
      config.log.modules.emplace_back(std::string(name.str()), *level);
    }
  }
  section.finish();
}

void read_store(const Source& source, Config& config) {
  Section section(source, "store");
  section.read("path", config.store.path);
  if (config.store.path.empty()) section.fail("path", "must not be empty");
  section.finish();
}

Config read_all(const Source& source) {
  static const std::set<std::string> kSections{"openflow", "api", "store", "fabric", "forwarding", "protection", "status", "log"};
  for (const auto& [key, node] : source.root) {
    if (!kSections.contains(std::string(key.str()))) {
      throw ConfigError(fmt::format("{}:{}: unknown section {}", source.file, node.source().begin.line, key.str()));
    }
  }
  Config config{.openflow = {},
                .api = {},
                .key_pool = *topology::KeyPool::make(*Ipv4Prefix::parse("240.0.0.0/4")),
                .controller = {},
                .log = {}};
  for (const auto& read :
       {read_openflow, read_api, read_store, read_fabric, read_forwarding, read_protection, read_status, read_log})
    read(source, config);
  return config;
}

}  // namespace

Config parse_config(const std::string& text, const std::string& file) {
  toml::table root;
  try {
    root = toml::parse(text);
  } catch (const toml::parse_error& e) {
    throw ConfigError(fmt::format("{}:{}: {}", file, e.source().begin.line, e.description()));
  }
  std::set<std::string> keys;
  return read_all({root, file, keys});
}

std::set<std::string> config_keys() {
  const toml::table nothing;
  const std::string file;
  std::set<std::string> keys;
  (void)read_all({nothing, file, keys});
  return keys;
}

Config load_config(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw ConfigError(fmt::format("{}: cannot be read", path));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return parse_config(text, path);
}

}  // namespace dcportals::daemon
