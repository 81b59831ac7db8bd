// Reads the tables back into changes. See reader.cc.
#pragma once

#include "topology/change.h"

namespace soci {
class session;
}

namespace dcportals::store {

// Everything kept, each object after those it names. Throws StoreError when a value means nothing or names what is not there,
// soci_error when reading fails.
[[nodiscard]] topology::Changes read_everything(soci::session& session);

}  // namespace dcportals::store
