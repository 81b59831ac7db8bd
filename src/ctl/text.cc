#include "ctl/text.h"

#include <locale.h>
#include <wchar.h>

#include <cstdint>

namespace dcportals::ctl {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD
constexpr std::string_view kEllipsis = "\xe2\x80\xa6";     // U+2026

struct Character {
  std::string_view bytes;
  std::uint32_t code;  // U+FFFD where the bytes are not UTF-8
};

std::size_t length_by_lead(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  return 0;
}

// Takes one character off the front; an invalid byte is one by itself. `text` is not empty.
Character take(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = length_by_lead(byte(0));
  std::uint32_t code = length <= 1 ? byte(0) : byte(0) & (0xffU >> (length + 1));
  bool valid = length > 0 && length <= text.size();
  for (std::size_t i = 1; valid && i < length; ++i) {
    valid = (byte(i) & 0xc0U) == 0x80;
    code = code << 6 | (byte(i) & 0x3fU);
  }
  constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  valid = valid && code >= kSmallest[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  const Character out{text.substr(0, valid ? length : 1), valid ? code : 0xfffd};
  text.remove_prefix(out.bytes.size());
  return out;
}

// glibc knows the widths, but only in a UTF-8 locale; "C.UTF-8" is built into it.
std::size_t width_of(std::uint32_t code) {
  static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (code < 0x7f) return 1;
  const locale_t before = uselocale(utf8);
  const int width = wcwidth(static_cast<wchar_t>(code));
  uselocale(before);
  return width < 0 ? 1 : static_cast<std::size_t>(width);
}

bool is_control(std::uint32_t code) {
  const bool reorders = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 || reorders;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) width += width_of(take(text).code);
  return width;
}

std::string truncate(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  std::string out;
  std::size_t used = 0;
  while (!text.empty()) {
    const Character next = take(text);
    used += width_of(next.code);
    if (used + 1 > width) break;
    out += next.bytes;
  }
  return out.append(width > 0 ? kEllipsis : "");
}

std::string pad_right(std::string_view text, std::size_t width) {
  const std::size_t used = display_width(text);
  return std::string(text).append(used < width ? width - used : 0, ' ');
}

std::string pad_left(std::string_view text, std::size_t width) {
  const std::size_t used = display_width(text);
  return std::string(used < width ? width - used : 0, ' ').append(text);
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Character next = take(text);
    const bool is_shown = !is_control(next.code) && next.code != 0xfffd;
    out += is_shown ? next.bytes : kReplacement;
  }
  return out;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  std::size_t used = 0;
  const auto end_line = [&] {
    while (line.ends_with(' ')) line.pop_back();
    lines.push_back(std::move(line));
    line.clear();
    used = 0;
  };
  while (!text.empty()) {
    const auto at = text.find_first_of(" ,");
    const std::string_view word = text.substr(0, at == std::string_view::npos ? at : at + 1);
    text.remove_prefix(word.size());
    const std::size_t shown = display_width(word.ends_with(' ') ? word.substr(0, word.size() - 1) : word);
    if (width > 0 && used > 0 && used + shown > width) end_line();
    line += word;
    used += display_width(word);
  }
  end_line();
  return lines;
}

std::string wrap_indented(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  for (const std::string& line : wrap(text, width > indent ? width - indent : width)) {
    if (!out.empty()) out.append("\n").append(indent, ' ');
    out += line;
  }
  return out;
}

}  // namespace dcportals::ctl
