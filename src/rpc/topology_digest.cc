// See topology_digest.h.
#include "rpc/topology_digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/hex.h"

namespace dcportals::rpc {
namespace {

// https://cr.yp.to/proto/netstrings.txt
void append_netstring(std::string& to, std::string_view text) {
  to += std::to_string(text.size());
  to += ':';
  to += text;
  to += ',';
}

std::string sorted_list(std::vector<std::string> items) {
  std::ranges::sort(items);  // std::string compares as unsigned bytes
  std::string out;
  for (const std::string& item : items) append_netstring(out, item);
  return out;
}

class CanonicalText {
 public:
  CanonicalText() { text_.reserve(kUsualSize); }
  CanonicalText& add(std::string_view name, std::string_view value) {
    append_netstring(text_, name);
    append_netstring(text_, value);
    return *this;
  }
  CanonicalText& add_flag(std::string_view name, bool value) { return add(name, value ? "true" : "false"); }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  static constexpr std::size_t kUsualSize = 600;  // a port with an address or two
  std::string text_;
};

std::string fixed_ips(const topology::Port& port) {
  std::vector<std::string> items;
  for (const auto& ip : port.fixed_ips) items.push_back(ip.subnet_id.to_string() + ' ' + to_string(ip.ip_address));
  return sorted_list(std::move(items));
}

std::string allowed_address_pairs(const topology::Port& port) {
  std::vector<std::string> items;
  for (const auto& pair : port.allowed_address_pairs) {
    items.push_back(to_string(pair.ip_address) + ' ' + pair.mac_address.value_or(port.mac_address).to_string());
  }
  return sorted_list(std::move(items));
}

}  // namespace

Digest Digest::sha256(std::string_view bytes) {
  Digest out;
  // Fetched once: that takes as long as the digest of a port. Never freed: it is used until the end.
  static EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (EVP_Digest(bytes.data(), bytes.size(), out.bytes_.data(), nullptr, kSha256, nullptr) != 1) {
    throw std::runtime_error("OpenSSL gives no SHA-256");
  }
  return out;
}

Digest& Digest::operator^=(const Digest& other) {
  for (std::size_t i = 0; i < bytes_.size(); ++i) bytes_[i] ^= other.bytes_[i];
  return *this;
}

std::string Digest::to_string() const {
  return to_hex(bytes_);
}

std::string canonical_text(const topology::Network& network) {
  CanonicalText text;
  text.add("id", network.id.to_string()).add("tenant_id", network.tenant_id.text).add("name", network.name);
  text.add("physical_network", network.physical_network.value_or(""));
  return text.take();
}

std::string canonical_text(const topology::Subnet& subnet) {
  CanonicalText text;
  text.add("id", subnet.id.to_string()).add("network_id", subnet.network_id.to_string()).add("tenant_id", subnet.tenant_id.text);
  text.add("name", subnet.name).add("cidr", to_string(subnet.cidr));
  text.add("gateway_ip", subnet.gateway_ip ? to_string(*subnet.gateway_ip) : "");
  return text.take();
}

std::string canonical_text(const topology::Port& port) {
  CanonicalText text;
  text.add("id", port.id.to_string()).add("network_id", port.network_id.to_string()).add("tenant_id", port.tenant_id.text);
  text.add("name", port.name).add("mac_address", port.mac_address.to_string());
  text.add("fixed_ips", fixed_ips(port)).add("allowed_address_pairs", allowed_address_pairs(port));
  text.add_flag("port_security_enabled", port.port_security_enabled).add_flag("admin_state_up", port.admin_state_up);
  text.add("device_owner", port.device_owner).add("device_id", port.device_id).add_flag("dhcp_server", port.dhcp_server);
  text.add("binding_host_id", port.host_hint ? port.host_hint->text : "");
  return text.take();
}

std::string canonical_text(const topology::Router& router) {
  std::vector<std::string> ports;
  for (const auto& id : router.port_ids) ports.push_back(id.to_string());
  CanonicalText text;
  text.add("id", router.id.to_string()).add("tenant_id", router.tenant_id.text).add("name", router.name);
  text.add("port_ids", sorted_list(std::move(ports)));
  return text.take();
}

std::string canonical_text(const WiredPort& port) {
  return CanonicalText().add("id", port.id.to_string()).take();
}

}  // namespace dcportals::rpc
