// The pipeline as text for people: `dcportalctl pipeline`, doc/pipeline.md and a Graphviz picture, all from the declaration.
#pragma once

#include <string>

namespace dcportals::pipeline {

[[nodiscard]] std::string render_text();
[[nodiscard]] std::string render_markdown();
[[nodiscard]] std::string render_dot();

}  // namespace dcportals::pipeline
