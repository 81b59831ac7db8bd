// Asks a switch for all that it has: flows, groups and meters.
#pragma once

#include <expected>
#include <functional>
#include <string>

#include "channel/pool.h"
#include "controller/controller.h"

namespace dcportals::daemon {

// Called once; the error says what the switch, or its connection, answered.
using TablesCallback = std::function<void(std::expected<controller::InstalledTables, std::string>)>;

// The flows come last, so whatever they name has been read before.
void read_tables(channel::Pool& server, Dpid dpid, TablesCallback callback);

}  // namespace dcportals::daemon
