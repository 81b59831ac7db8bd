// Whether a value on the command line has the form that its argument asks for, said before the daemon is troubled. Pure, any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/command.h"

namespace dcportals::ctl {

// What is wrong with it, as the end of a sentence ("is no IP address"); nullopt: nothing.
[[nodiscard]] std::optional<std::string> problem_of(const ArgSpec& arg, std::string_view value);
// What its value is called in help texts.
[[nodiscard]] std::string_view metavar_of(const ArgSpec& arg);
[[nodiscard]] std::vector<std::string> choices_of(const ArgSpec& arg);
// Digits, with or without a fraction. nullopt: no such number, or more than ten years.
[[nodiscard]] std::optional<double> parse_seconds(std::string_view text);
// Digits. nullopt: no such number, or one of more than 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);

}  // namespace dcportals::ctl
