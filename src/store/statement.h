// Typed SQL: a prepared statement that takes our types, and a query that gives them.
//
// The only header that shows SOCI; include it in few .cc files. SOCI exchanges values through variables at fixed addresses, which
// is why these objects do not move.
#pragma once

#include <soci/soci.h>

#include <fmt/format.h>

#include <string>
#include <tuple>
#include <utility>

#include "store/column.h"
#include "store/store.h"

namespace dcportals::store {

// The variable that SOCI reads or writes for one value of type T.
template <class T>
struct Exchanged {
  typename Column<T>::Stored stored{};
  soci::indicator indicator = soci::i_ok;

  void set(const T& value) { stored = Column<T>::store(value); }
  [[nodiscard]] std::optional<T> get() const { return indicator == soci::i_ok ? Column<T>::load(stored) : std::nullopt; }
};

// An optional value is NULL when absent.
template <class T>
struct Exchanged<std::optional<T>> {
  typename Column<T>::Stored stored{};
  soci::indicator indicator = soci::i_null;

  void set(const std::optional<T>& value) {
    indicator = value ? soci::i_ok : soci::i_null;
    if (value) stored = Column<T>::store(*value);
  }
  [[nodiscard]] std::optional<std::optional<T>> get() const {
    if (indicator == soci::i_null) return std::optional<T>();
    const auto value = Column<T>::load(stored);
    return value ? std::optional<std::optional<T>>(value) : std::nullopt;
  }
};

// An INSERT, UPDATE or DELETE with one placeholder for each field, in order.
template <class... Fields>
class Statement {
 public:
  Statement(soci::session& session, const std::string& sql) : statement_(session) {
    statement_.alloc();
    statement_.prepare(sql);
    std::apply([this](auto&... field) { (statement_.exchange(soci::use(field.stored, field.indicator)), ...); }, fields_);
    statement_.define_and_bind();
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void run(const Fields&... values) {
    std::apply([&](auto&... field) { (field.set(values), ...); }, fields_);
    statement_.execute(true);
  }

 private:
  std::tuple<Exchanged<Fields>...> fields_;
  soci::statement statement_;
};

// Calls visit(Fields...) for each row of a SELECT. Throws StoreError when a column does not hold what its field may be.
template <class... Fields, class Visit>
void for_each_row(soci::session& session, const std::string& sql, Visit visit) {
  std::tuple<Exchanged<Fields>...> fields;
  soci::statement statement(session);
  statement.alloc();
  statement.prepare(sql);
  std::apply([&](auto&... field) { (statement.exchange(soci::into(field.stored, field.indicator)), ...); }, fields);
  statement.define_and_bind();
  statement.execute();
  const auto value_of = [&, column = 0](const auto& field) mutable {
    auto value = field.get();
    ++column;
    if (!value) throw StoreError(fmt::format("column {} of a row has no valid value: {} ({})", column, field.stored, sql));
    return *std::move(value);
  };
  while (statement.fetch()) {
    auto read = value_of;
    // Braces make the order of evaluation that of the columns.
    std::apply(visit, std::apply([&](const auto&... field) { return std::tuple{read(field)...}; }, fields));
  }
}

}  // namespace dcportals::store
