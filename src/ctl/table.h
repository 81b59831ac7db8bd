// Rows in aligned columns that fit the terminal.
//
// Where a table is wider than the terminal, its widest columns that may shrink are cut, with "…". A cut id keeps at least its
// first eight characters, which is enough to name the object. Used by the views of `ctl`. Pure, any thread.
#pragma once

#include <string>
#include <vector>

#include "ctl/look.h"

namespace dcportals::ctl {

struct Cell {
  std::string text;
  Style style = Style::kPlain;
};

enum class Fit { kWhole, kText, kId, kNumber };  // kNumber: whole, and aligned to the right

struct Column {
  std::string title;
  Fit fit = Fit::kText;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // One cell a column; an empty cell is shown as "-".
  void add(std::vector<Cell> row);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  // With a line of titles; every line ends with a newline and none with a space.
  [[nodiscard]] std::string render(const Look& look) const;

 private:
  [[nodiscard]] std::vector<std::size_t> widths(std::size_t limit) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// Names and what they are, below each other: for one object. A row without a value is left out; long values are broken.
class Sheet {
 public:
  void add(std::string name, std::string value, Style style = Style::kPlain);
  // One below the other.
  void add(const std::string& name, const std::vector<std::string>& values, Style style = Style::kPlain);
  [[nodiscard]] std::string render(const Look& look) const;

 private:
  struct Row {
    std::string name;
    Cell value;
  };
  std::vector<Row> rows_;
};

}  // namespace dcportals::ctl
