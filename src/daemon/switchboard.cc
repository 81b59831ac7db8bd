#include "daemon/switchboard.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "daemon/decision_worker.h"
#include "daemon/log.h"
#include "daemon/read_tables.h"
#include "openflow/format.h"
#include "openflow/value_text.h"

namespace dcportals::daemon {

using controller::Clock;

namespace {

template <class Effect>
std::optional<Dpid> addressee(const Effect& effect) {
  if constexpr (requires { effect.dpid; }) {
    return effect.dpid;
  } else {
    return std::nullopt;
  }
}

// What a switch calls itself, on one line and printable: in the log, and in JSON.
std::string readable(std::string_view text) {
  std::string out;
  openflow::append_text(out, text);
  return out;
}

}  // namespace

Switchboard::Switchboard(boost::asio::io_context& io, channel::Options options, controller::Controller& controller)
    : controller_(controller), server_(io, std::move(options), *this, [this](channel::Outlet& outlet) {
        return std::make_unique<DecisionWorker>(outlet, controller_.policy(), controller_.snapshot());
      }) {}

void Switchboard::apply(const topology::Changes& changes) { perform(controller_.apply(changes, Clock::now())); }

void Switchboard::tick() {
  refused_.on_tick(Clock::now());
  perform(controller_.on_tick(Clock::now()));
}

void Switchboard::on_up(openflow::Dpid dpid, const openflow::FeaturesReply&, const std::string& peer) {
  refused_.on_up(dpid, peer);
  perform(controller_.on_up(dpid));
}

void Switchboard::on_message(openflow::Dpid dpid, const openflow::Envelope& envelope) {
  if (const auto* status = std::get_if<openflow::PortStatus>(&envelope.message)) {
    perform(controller_.on_port_status(dpid, *status));
  } else if (const auto* error = std::get_if<openflow::ErrorMessage>(&envelope.message)) {
    log("controller")->warn("switch={:016x} event=error what={}", dpid.value(), openflow::error_name(error->type, error->code));
  }
}

// What still waits was meant for the connection that has ended.
void Switchboard::on_down(openflow::Dpid dpid, const std::string&) {
  std::erase_if(waiting_, [&](const controller::Effect& effect) {
    return std::visit([&](const auto& e) { return addressee(e) == dpid; }, effect);
  });
  refused_.on_down(dpid);
  perform(controller_.on_down(dpid));
}

void Switchboard::perform(controller::Effects effects) {
  std::ranges::move(effects, std::back_inserter(waiting_));
  carry_on();
}

void Switchboard::carry_on() {
  while (!publishing_ && !waiting_.empty()) {
    controller::Effect effect = std::move(waiting_.front());
    waiting_.pop_front();
    std::visit([this](auto& e) { act(e); }, effect);
  }
  if (on_progress_) on_progress_();
}

void Switchboard::act(const controller::Publish& effect) {
  publishing_ = true;
  server_.post_to_all([snapshot = effect.snapshot](channel::PacketHandler& worker) { static_cast<DecisionWorker&>(worker).desk().use(snapshot); },
                      [this] {
                        publishing_ = false;
                        carry_on();
                      });
}

void Switchboard::ask(Dpid dpid, const openflow::Message& message, std::function<void(std::vector<openflow::Message>)> then) {
  server_.request(dpid, message, [this, dpid, then = std::move(then)](channel::RequestResult result) {
    if (result) {
      then(std::move(*result));
    } else {
      server_.close(dpid, result.error().text);
    }
  });
}

// Ports are asked for last, so that no port status can come between their description and its use.
void Switchboard::act(const controller::Introduce& effect) {
  const Dpid dpid = effect.dpid;
  ask(dpid, openflow::DescriptionRequest{}, [this, dpid](std::vector<openflow::Message> descriptions) {
    openflow::DescriptionReply description;
    if (!descriptions.empty()) description = std::get<openflow::DescriptionReply>(descriptions.front());
    ask(dpid, openflow::PortDescriptionRequest{}, [this, dpid, description](std::vector<openflow::Message> parts) {
      std::vector<openflow::PortDescription> ports;
      for (const openflow::Message& part : parts) {
        const auto& more = std::get<openflow::PortDescriptionReply>(part).ports;
        ports.insert(ports.end(), more.begin(), more.end());
      }
      log("controller")->info("switch={:016x} host={} event=introduced ports={}", dpid.value(), readable(description.datapath), ports.size());
      if (description.datapath != "None") refused_.on_named(dpid, readable(description.datapath));  // Open vSwitch's word for no name
      perform(controller_.on_introduced(dpid, description, ports));
    });
  });
}

void Switchboard::act(const controller::Report& effect) {
  const Dpid dpid = effect.dpid;
  transactor_->submit([this, dpid](topology::Planner& planner) { return controller_.plan_report(planner, dpid); },
                      [this, dpid](std::expected<void, topology::Rejection> result) {
                        perform(controller_.on_reported(dpid, result ? std::nullopt : std::optional(result.error())));
                      });
}

void Switchboard::act(const controller::ReadTables& effect) {
  refused_.on_accepted(effect.dpid);  // a switch's tables are not read before its name and its MAC address are taken
  read_tables(server_, effect.dpid, [this, dpid = effect.dpid](std::expected<controller::InstalledTables, std::string> tables) {
    if (tables) {
      perform(controller_.on_installed(dpid, *tables, Clock::now()));
    } else {
      server_.close(dpid, tables.error());
    }
  });
}

void Switchboard::act(controller::SendBundle& effect) {
  const Dpid dpid = effect.dpid;
  const std::size_t count = effect.messages.size();
  server_.apply_bundle(dpid, std::move(effect.messages), [this, dpid, tag = effect.tag, count](channel::BundleResult result) {
    if (result) {
      log("controller")->debug("switch={:016x} event=bundle messages={}", dpid.value(), count);
      perform(controller_.on_bundle_result(dpid, tag, {}));
      return;
    }
    const channel::BundleError& error = result.error();
    log("controller")->error("switch={:016x} event=bundle_failed code={} text=\"{}\"", dpid.value(), channel::to_string(error.code), error.text);
    const auto index = error.code == channel::BundleErrorCode::kRefused ? error.index : std::nullopt;
    perform(controller_.on_bundle_result(dpid, tag, std::unexpected(controller::BundleFailure{index, error.text})));
  });
}

void Switchboard::act(const controller::Send& effect) {
  for (const openflow::Message& message : effect.messages) server_.send(effect.dpid, message);
}

void Switchboard::act(const controller::Repaired& effect) {
  log("controller")->warn("switch={:016x} event=repaired missing={} changed={} foreign={}", effect.dpid.value(), effect.missing, effect.changed,
                          effect.foreign);
}

void Switchboard::act(const controller::Disconnect& effect) {
  const std::string reason = readable(effect.reason);
  log("controller")->error("switch={:016x} event=refused reason=\"{}\"", effect.dpid.value(), reason);
  refused_.on_refused(effect.dpid, reason, Clock::now());
  server_.close(effect.dpid, effect.reason);
}

void Switchboard::act(const controller::FreeKeys& effect) {
  transactor_->submit(
      [keys = effect.keys](topology::Planner& planner) -> std::expected<void, topology::Rejection> {
        for (const topology::MappingKey& key : keys) planner.free_key(key);
        return {};
      },
      [](std::expected<void, topology::Rejection> result) {
        if (!result) log("store")->error("event=keys_not_freed text=\"{}\"", result.error().text);
      });
}

}  // namespace dcportals::daemon
