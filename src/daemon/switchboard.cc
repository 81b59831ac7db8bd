#include "daemon/switchboard.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/log.h"
#include "daemon/read_tables.h"
#include "openflow/format.h"

namespace dcportals::daemon {

using controller::Clock;

Switchboard::Switchboard(boost::asio::io_context& io, channel::Options options, controller::Controller& controller)
    : controller_(controller), server_(io, std::move(options), *this) {}

void Switchboard::apply(const topology::Changes& changes) { perform(controller_.apply(changes, Clock::now())); }

void Switchboard::tick() { perform(controller_.on_tick(Clock::now())); }

void Switchboard::on_up(openflow::Dpid dpid, const openflow::FeaturesReply&, const std::string&) { perform(controller_.on_up(dpid)); }

void Switchboard::on_message(openflow::Dpid dpid, const openflow::Envelope& envelope) {
  if (const auto* status = std::get_if<openflow::PortStatus>(&envelope.message)) {
    perform(controller_.on_port_status(dpid, *status));
  } else if (const auto* error = std::get_if<openflow::ErrorMessage>(&envelope.message)) {
    log("controller")->warn("switch={:016x} event=error what={}", dpid.value(), openflow::error_name(error->type, error->code));
  }
}

void Switchboard::on_down(openflow::Dpid dpid, const std::string&) { perform(controller_.on_down(dpid)); }

void Switchboard::perform(controller::Effects effects) {
  for (controller::Effect& effect : effects) {
    std::visit([this](auto& e) { act(e); }, effect);
  }
  if (on_progress_) on_progress_();
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
      log("controller")->info("switch={:016x} host={} event=introduced ports={}", dpid.value(), description.datapath, ports.size());
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
  log("controller")->error("switch={:016x} event=refused reason=\"{}\"", effect.dpid.value(), effect.reason);
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
