#include "ctl/table.h"

#include <algorithm>

#include "ctl/text.h"

namespace dcportals::ctl {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kSmallestText = 8;
constexpr std::size_t kSmallestId = 9;  // eight characters and "…"

std::size_t floor_of(const Column& column) {
  return std::max(display_width(column.title), column.fit == Fit::kId ? kSmallestId : kSmallestText);
}

// The column to cut next: the widest of those that may still shrink. nullptr: none may.
std::size_t* to_shrink(const std::vector<Column>& columns, std::vector<std::size_t>& widths) {
  std::size_t* widest = nullptr;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool may = (columns[i].fit == Fit::kText || columns[i].fit == Fit::kId) && widths[i] > floor_of(columns[i]);
    if (may && (widest == nullptr || widths[i] > *widest)) widest = &widths[i];
  }
  return widest;
}

void end_line(std::string& out) {
  while (out.ends_with(' ')) out.pop_back();
  out += '\n';
}

}  // namespace

void Table::add(std::vector<Cell> row) {
  row.resize(columns_.size());
  for (Cell& cell : row) {
    if (cell.text.empty()) cell.text = "-";
  }
  rows_.push_back(std::move(row));
}

std::vector<std::size_t> Table::widths(std::size_t limit) const {
  std::vector<std::size_t> widths;
  std::size_t total = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = display_width(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row[i].text));
    widths.push_back(width);
    total += width + (i > 0 ? kGap : 0);
  }
  for (; limit > 0 && total > limit; --total) {
    std::size_t* width = to_shrink(columns_, widths);
    if (width == nullptr) break;
    --*width;
  }
  return widths;
}

std::string Table::render(const Look& look) const {
  const std::vector<std::size_t> width = widths(look.width);
  std::string out;
  const auto put = [&](std::size_t i, const std::string& text, Style style) {
    const std::string cut = truncate(text, width[i]);
    const std::string gap(width[i] - display_width(cut), ' ');
    const std::string painted = look.paint(style, cut);
    out += columns_[i].fit == Fit::kNumber ? gap + painted : painted + gap;
    out.append(i + 1 < columns_.size() ? kGap : 0, ' ');
  };
  for (std::size_t i = 0; i < columns_.size(); ++i) put(i, columns_[i].title, Style::kBold);
  end_line(out);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < columns_.size(); ++i) put(i, row[i].text, row[i].style);
    end_line(out);
  }
  return out;
}

void Sheet::add(std::string name, std::string value, Style style) {
  if (!value.empty()) rows_.push_back({std::move(name), {std::move(value), style}});
}

void Sheet::add(const std::string& name, const std::vector<std::string>& values, Style style) {
  for (const std::string& value : values) add(&value == &values.front() ? name : std::string(), value, style);
}

std::string Sheet::render(const Look& look) const {
  std::size_t names = 0;
  for (const Row& row : rows_) names = std::max(names, display_width(row.name));
  const std::size_t indent = names + kGap;
  std::string out;
  for (const Row& row : rows_) {
    const std::string value = wrap_indented(row.value.text, indent, look.width);
    out += look.paint(Style::kDim, pad_right(row.name, indent)) + look.paint(row.value.style, value) + '\n';
  }
  return out;
}

}  // namespace dcportals::ctl
