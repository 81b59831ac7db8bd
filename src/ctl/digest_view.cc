#include "ctl/digest_view.h"

#include <boost/json/value.hpp>

#include "ctl/json_view.h"
#include "ctl/table.h"
#include "ctl/text.h"

namespace dcportals::ctl {

namespace json = boost::json;

std::string render_digests(const json::object& kinds, const Look& look) {
  Table table({{"KIND", Fit::kWhole}, {"COUNT", Fit::kNumber}, {"DIGEST", Fit::kId}});
  std::string note;
  for (const auto& [kind, value] : kinds) {
    const json::object& digest = as_object(value);
    table.add({{printable(kind)}, {text_at(digest, "count")}, {text_at(digest, "digest")}});
    if (!flag_at(digest, "settled", true)) {
      note = '\n' + look.paint(Style::kYellow, "Where some ports are wired is not known yet: the count may grow.") + '\n';
    }
  }
  return table.render(look) + note;
}

std::string render_digest_list(const json::array& objects, const Look& look) {
  Table table({{"ID", Fit::kId}, {"DIGEST", Fit::kId}});
  for (const json::value& value : objects) {
    const json::object& object = as_object(value);
    table.add({{text_at(object, "id")}, {text_at(object, "digest")}});
  }
  return table.render(look);
}

}  // namespace dcportals::ctl
