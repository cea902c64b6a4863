// NumPy's format, versions 1 to 3: magic, version, length of a header, the header (a
// Python dictionary), the array
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
#include <charconv>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "worker/engine/arrays/array_table.h"

namespace mote::engine {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

absl::Status Wrong(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

// What follows `'key':` in the dictionary, without blanks before it.
std::string_view ValueOf(std::string_view header, std::string_view key) {
  const size_t at = header.find(absl::StrCat("'", std::string(key), "'"));
  if (at == std::string_view::npos) return {};
  header.remove_prefix(at + key.size() + 2);
  const size_t value = header.find_first_not_of(" :");
  return value == std::string_view::npos ? std::string_view() : header.substr(value);
}

// "(3, 4)", "(3,)" or "()".
std::optional<std::vector<int64_t>> ParseShape(std::string_view text) {
  if (!text.starts_with('(')) return std::nullopt;
  std::vector<int64_t> shape;
  text.remove_prefix(1);
  while (true) {
    while (text.starts_with(' ') || text.starts_with(',')) text.remove_prefix(1);
    if (text.starts_with(')')) return shape;
    int64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc()) return std::nullopt;
    shape.push_back(size);
    text.remove_prefix(static_cast<size_t>(end - text.data()));
  }
}

// "'<f4'": byte order, kind, bytes.
absl::StatusOr<ArrayColumn> ParseDescr(std::string_view text) {
  static constexpr std::pair<std::string_view, ElementType> kKnown[] = {
      {"b1", ElementType::kU8},  {"u1", ElementType::kU8},  {"i1", ElementType::kI8},  {"i2", ElementType::kI16},
      {"i4", ElementType::kI32}, {"i8", ElementType::kI64}, {"u2", ElementType::kU16}, {"u4", ElementType::kU32},
      {"f2", ElementType::kF16}, {"f4", ElementType::kF32}, {"f8", ElementType::kF64}};
  if (!text.starts_with('\'')) {
    return Wrong("its rows have named fields; save each field as an array of its own");
  }
  const std::string_view descr = text.substr(1, text.find('\'', 1) - 1);
  for (const auto& [name, type] : kKnown) {
    if (descr.size() == 3 && descr.substr(1) == name && std::string_view("<>|=").find(descr[0]) != std::string::npos) {
      return ArrayColumn{0, type, descr[0] == '>'};
    }
  }
  return Wrong(absl::StrCat("its numbers are '", std::string(descr),
                            "'; save them as float16, float32, float64, bool, uint8 to uint32 or int8 to int64"));
}

// Where the dictionary starts and ends; the array follows.
absl::StatusOr<std::pair<int64_t, int64_t>> FindHeader(std::string_view start) {
  if (!start.starts_with(kMagic) || start.size() < 12)
    return Wrong("is no npy file: it does not start with \\x93NUMPY");
  const int version = static_cast<unsigned char>(start[6]);
  if (version < 1 || version > 3) return Wrong(absl::StrCat("is npy of version ", version, "; save it as version 1"));
  uint32_t length = 0;
  std::memcpy(&length, start.data() + 8, version == 1 ? 2 : 4);
  const int64_t begin = version == 1 ? 10 : 12;
  if (begin + length > static_cast<int64_t>(start.size())) return Wrong("ends, or goes on too long, in its header");
  return std::pair<int64_t, int64_t>(begin, begin + length);
}

}  // namespace

absl::StatusOr<ArrayTable> ReadNpyHeader(std::string_view start, int64_t file_bytes) {
  std::pair<int64_t, int64_t> place;
  MOTE_ASSIGN_OR_RETURN(place, FindHeader(start));
  const std::string_view header = start.substr(place.first, place.second - place.first);
  MOTE_ASSIGN_OR_RETURN(ArrayColumn array, ParseDescr(ValueOf(header, "descr")));
  array.offset = place.second;
  const std::optional<std::vector<int64_t>> shape = ParseShape(ValueOf(header, "shape"));
  const std::string_view fortran = ValueOf(header, "fortran_order");
  const bool columns_first = fortran.starts_with("True");
  if (!shape || !(columns_first || fortran.starts_with("False"))) return Wrong("has a header that cannot be read");
  if (columns_first && shape->size() > 1) {
    return Wrong("lies in Fortran order, where no row is in one piece; save numpy.ascontiguousarray of it");
  }
  MOTE_ASSIGN_OR_RETURN(ArrayTable table, TableOfArray("x", *shape, array));
  MOTE_RETURN_IF_ERROR(CheckArrayFills(table, file_bytes));
  return table;
}

}  // namespace mote::engine
