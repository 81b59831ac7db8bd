#include "daemon/read_tables.h"

#include <memory>
#include <utility>
#include <vector>

namespace dcportals::daemon {
namespace {

// What the three answers gather, until the last has come.
struct Reading {
  controller::InstalledTables tables;
  std::string error;
};

template <class Reply>
channel::RequestCallback into(std::shared_ptr<Reading> reading, std::vector<Reply> controller::InstalledTables::*parts) {
  return [reading = std::move(reading), parts](channel::RequestResult result) {
    if (!result) {
      reading->error = result.error().text;
      return;
    }
    for (openflow::Message& message : *result) (reading->tables.*parts).push_back(std::move(std::get<Reply>(message)));
  };
}

}  // namespace

void read_tables(channel::Pool& server, Dpid dpid, TablesCallback callback) {
  using Tables = controller::InstalledTables;
  const auto reading = std::make_shared<Reading>();
  server.request(dpid, openflow::MeterConfigRequest{}, into(reading, &Tables::meters));
  server.request(dpid, openflow::GroupDescriptionRequest{}, into(reading, &Tables::groups));
  server.request(dpid, openflow::FlowStatsRequest{},
                 [reading, last = into(reading, &Tables::flows), callback = std::move(callback)](channel::RequestResult result) {
                   last(std::move(result));
                   if (reading->error.empty()) {
                     callback(std::move(reading->tables));
                   } else {
                     callback(std::unexpected(reading->error));
                   }
                 });
}

}  // namespace dcportals::daemon
