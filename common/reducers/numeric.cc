#include "common/reducers/numeric.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/reducers/store_table.h"
#include "common/status_macros.h"

namespace mote {
namespace {

constexpr uint32_t kNumericMagic = 0x314d554e;  // "NUM1"
constexpr int64_t kValuesMax = int64_t{1} << 28;
constexpr size_t kValueBytes = 8;

}  // namespace

// Outside the unnamed namespace: a member of Layout, which the header declares.
struct NumericHeader {
  uint32_t magic = kNumericMagic;
  uint32_t schema_bytes = 0;
  uint32_t integers = 0;
  uint32_t floats = 0;
  int64_t rows = 0;
  int64_t weight = 0;

  size_t values_at() const { return sizeof(NumericHeader) + schema_bytes; }
  size_t values() const { return size_t{integers} + floats; }
  size_t partial_bytes() const { return values_at() + values() * kValueBytes; }
};
static_assert(sizeof(NumericHeader) == 32);

namespace {

constexpr size_t kShapeBytes = 16;  // of the header: equal for partials that combine

NumericHeader LoadHeader(std::string_view partial) {
  NumericHeader header;
  std::memcpy(&header, partial.data(), sizeof(header));
  return header;
}

void StoreHeader(const NumericHeader& header, std::string& partial) {
  std::memcpy(partial.data(), &header, sizeof(header));
}

bool HasShape(std::string_view partial) {
  if (partial.size() < sizeof(NumericHeader)) return false;
  const NumericHeader header = LoadHeader(partial);
  return header.magic == kNumericMagic && header.partial_bytes() == partial.size();
}

std::string SchemaOf(std::string_view partial) {
  const absl::StatusOr<Schema> schema =
      Schema::Decode(partial.substr(sizeof(NumericHeader), LoadHeader(partial).schema_bytes));
  return schema.ok() ? schema->ToString() : "unreadable columns";
}

bool IsInteger(DType dtype) { return dtype == DType::kI64 || dtype == DType::kU8; }

// Numbers of values that the schema calls for.
absl::Status CountValues(const Schema& schema, int64_t* integers, int64_t* floats) {
  *integers = *floats = 0;
  for (const Column& column : schema.columns) {
    if (column.width < 1 || column.width > kValuesMax || *integers + *floats + column.width > kValuesMax) {
      return absl::InvalidArgumentError(absl::StrCat("column \"", column.name, "\" of width ", column.width,
                                                     ": a row may hold at most ", kValuesMax, " numbers"));
    }
    (IsInteger(column.dtype) ? *integers : *floats) += column.width;
  }
  return absl::OkStatus();
}

// Element `i` of a cell as an i64 or a double.
template <class From, class To>
void Widen(const char* cell, int64_t width, char* out) {
  for (int64_t i = 0; i < width; ++i) {
    From from;
    std::memcpy(&from, cell + i * sizeof(From), sizeof(From));
    const To to = static_cast<To>(from);
    std::memcpy(out + i * kValueBytes, &to, kValueBytes);
  }
}

void WidenCell(DType dtype, const char* cell, int64_t width, char* out) {
  switch (dtype) {
    case DType::kU8:
      return Widen<uint8_t, int64_t>(cell, width, out);
    case DType::kI64:
      return Widen<int64_t, int64_t>(cell, width, out);
    case DType::kF32:
      return Widen<float, double>(cell, width, out);
    case DType::kF64:
      return Widen<double, double>(cell, width, out);
    case DType::kText:
      return;
  }
}

// out[i] ← out[i]·weight; false when an integer leaves 64 bits.
bool MultiplyCell(bool integer, int64_t weight, int64_t width, char* out) {
  for (int64_t i = 0; i < width; ++i, out += kValueBytes) {
    if (integer) {
      int64_t value;
      std::memcpy(&value, out, kValueBytes);
      if (__builtin_mul_overflow(value, weight, &value)) return false;
      std::memcpy(out, &value, kValueBytes);
    } else {
      double value;
      std::memcpy(&value, out, kValueBytes);
      value *= static_cast<double>(weight);
      std::memcpy(out, &value, kValueBytes);
    }
  }
  return true;
}

}  // namespace

// A column of the input and where its values go.
struct NumericReducer::Source {
  size_t column;
  DType dtype;
  int64_t width;
  size_t at;  // bytes from the first value
};

struct NumericReducer::Layout {
  Schema values;  // the accumulators
  std::vector<Source> sources;
  NumericHeader header;
  std::optional<size_t> weight;  // column
};

NumericReducer::NumericReducer(std::string name, std::string weight_column)
    : name_(std::move(name)), weight_column_(std::move(weight_column)) {}

absl::Status NumericReducer::Wrong(std::string_view what) const {
  return absl::InvalidArgumentError(absl::StrCat("reducer \"", name_, "\": ", std::string(what)));
}

absl::StatusOr<NumericReducer::Layout> NumericReducer::LayOut(const Schema& schema) const {
  Layout layout;
  for (size_t i = 0; i < schema.columns.size(); ++i) {
    const Column& column = schema.columns[i];
    if (!weight_column_.empty() && column.name == weight_column_) {
      if (!IsInteger(column.dtype) || column.width != 1) {
        return Wrong(absl::StrCat("the weight column must hold one integer a row, not ", Schema{{column}}.ToString()));
      }
      layout.weight = i;
      continue;
    }
    if (column.dtype == DType::kText) continue;
    const bool integer = IsInteger(column.dtype);
    layout.values.columns.push_back({column.name, integer ? DType::kI64 : DType::kF64, column.width});
    layout.sources.push_back({i, column.dtype, column.width, 0});
  }
  if (!weight_column_.empty() && !layout.weight.has_value() && !schema.columns.empty()) {
    return Wrong(absl::StrCat("there is no weight column \"", weight_column_, "\"; the rows have ", schema.ToString()));
  }
  int64_t integers, floats;
  MOTE_RETURN_IF_ERROR(CountValues(layout.values, &integers, &floats));
  size_t integer_at = 0, float_at = static_cast<size_t>(integers) * kValueBytes;
  for (Source& source : layout.sources) {
    size_t& at = IsInteger(source.dtype) ? integer_at : float_at;
    source.at = at;
    at += static_cast<size_t>(source.width) * kValueBytes;
  }
  layout.header.integers = static_cast<uint32_t>(integers);
  layout.header.floats = static_cast<uint32_t>(floats);
  return layout;
}

absl::StatusOr<int64_t> NumericReducer::Weight(const TableView& view, int64_t row, const Layout& layout) const {
  if (!layout.weight.has_value()) return 1;
  const std::string_view cell = view.Cell(row, *layout.weight);
  int64_t weight;
  WidenCell(view.schema().columns[*layout.weight].dtype, cell.data(), 1, reinterpret_cast<char*>(&weight));
  if (weight >= 0) return weight;
  return Wrong(absl::StrCat("weight ", weight, " in column \"", weight_column_, "\" of row ", row,
                            " of a task is negative; weights are 0 or more"));
}

absl::Status NumericReducer::ReadRow(const TableView& view, int64_t row, const Layout& layout, int64_t weight,
                                     char* values) const {
  for (const Source& source : layout.sources) {
    char* out = values + source.at;
    WidenCell(source.dtype, view.Cell(row, source.column).data(), source.width, out);
    if (weight == 1 || MultiplyCell(IsInteger(source.dtype), weight, source.width, out)) continue;
    return Wrong(absl::StrCat("column \"", view.schema().columns[source.column].name, "\" in row ", row,
                              " of a task times its weight ", weight, " is over 64 bits; use an f64 column"));
  }
  return absl::OkStatus();
}

absl::Status NumericReducer::FoldRows(const TableView& view, const Layout& layout, std::string* partial) const {
  NumericHeader header = LoadHeader(*partial);
  char* const values = partial->data() + header.values_at();
  std::string next(header.values() * kValueBytes, '\0');
  for (int64_t row = 0; row < view.rows(); ++row) {
    MOTE_ASSIGN_OR_RETURN(const int64_t weight, Weight(view, row, layout));
    if (__builtin_add_overflow(header.weight, weight, &header.weight)) return Wrong("the weights add up to over 2^63");
    // The first row is taken as it is: 0 + (−0.0) would not be.
    MOTE_RETURN_IF_ERROR(ReadRow(view, row, layout, weight, row == 0 ? values : next.data()));
    if (row > 0) MOTE_RETURN_IF_ERROR(CombineValues(*partial, values, next.data()));
  }
  header.rows = view.rows();
  StoreHeader(header, *partial);
  return absl::OkStatus();
}

absl::Status NumericReducer::Leaf(const Table& rows, std::string* partial, BlobSink&) const {
  MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(rows.schema, rows.rows, rows.bytes));
  MOTE_ASSIGN_OR_RETURN(Layout layout, LayOut(rows.schema));
  if (layout.values.columns.empty() && rows.rows > 0) {
    return Wrong(absl::StrCat("there is no numeric column to reduce; the rows have ", rows.schema.ToString()));
  }
  std::string schema;
  if (!layout.values.columns.empty()) schema = layout.values.Encode();
  layout.header.schema_bytes = static_cast<uint32_t>(schema.size());
  partial->assign(layout.header.partial_bytes(), '\0');
  StoreHeader(layout.header, *partial);
  schema.copy(partial->data() + sizeof(NumericHeader), schema.size());
  return FoldRows(view, layout, partial);
}

absl::Status NumericReducer::CombineValues(std::string_view partial, char* left, const char* right) const {
  const NumericHeader header = LoadHeader(partial);
  const size_t failed = CombineIntegers(left, right, header.integers);
  if (failed == header.integers) {
    const size_t floats_at = header.integers * kValueBytes;
    CombineFloats(left + floats_at, right + floats_at, header.floats);
    return absl::OkStatus();
  }
  MOTE_ASSIGN_OR_RETURN(const Schema schema,
                        Schema::Decode(partial.substr(sizeof(NumericHeader), header.schema_bytes)));
  int64_t at = static_cast<int64_t>(failed);
  for (const Column& column : schema.columns) {
    if (column.dtype != DType::kI64) continue;
    if (at < column.width) {
      return Wrong(absl::StrCat("integers of column \"", column.name, "\" (element ", at,
                                ") add up to over 64 bits; use an f64 column"));
    }
    at -= column.width;
  }
  return Wrong("integers add up to over 64 bits");
}

absl::Status NumericReducer::Combine(std::string& left, std::string_view right, BlobSink&) const {
  if (!HasShape(left) || !HasShape(right)) return Wrong("a partial is truncated or not this reducer's");
  NumericHeader header = LoadHeader(left);
  const NumericHeader other = LoadHeader(right);
  if (other.schema_bytes == 0) return absl::OkStatus();  // a task without columns has nothing to say
  if (header.schema_bytes == 0) {
    left.assign(right);
    return absl::OkStatus();
  }
  const bool same =
      std::memcmp(left.data(), right.data(), kShapeBytes) == 0 &&
      std::memcmp(left.data() + sizeof(NumericHeader), right.data() + sizeof(NumericHeader), header.schema_bytes) == 0;
  if (!same) {
    return Wrong(absl::StrCat("tasks yield different columns: ", SchemaOf(left), " and ", SchemaOf(right)));
  }
  if (other.rows == 0) return absl::OkStatus();
  if (header.rows == 0) {
    left.assign(right);
    return absl::OkStatus();
  }
  if (__builtin_add_overflow(header.rows, other.rows, &header.rows) ||
      __builtin_add_overflow(header.weight, other.weight, &header.weight)) {
    return Wrong("the weights add up to over 2^63");
  }
  MOTE_RETURN_IF_ERROR(CombineValues(left, left.data() + header.values_at(), right.data() + header.values_at()));
  StoreHeader(header, left);
  return absl::OkStatus();
}

absl::StatusOr<NumericPartial> NumericReducer::Read(std::string_view partial) const {
  if (!HasShape(partial)) return Wrong(absl::StrCat("not a partial of this reducer (", partial.size(), " bytes)"));
  const NumericHeader header = LoadHeader(partial);
  NumericPartial read{{}, header.rows, header.weight, {}, {}};
  if (header.schema_bytes > 0) {
    const std::string_view encoded = partial.substr(sizeof(NumericHeader), header.schema_bytes);
    MOTE_ASSIGN_OR_RETURN(read.schema, Schema::Decode(encoded));
    if (read.schema.Encode() != encoded) return Wrong("a partial's columns are not in canonical form");
  }
  for (const Column& column : read.schema.columns) {
    if (column.dtype == DType::kI64 || column.dtype == DType::kF64) continue;
    return Wrong(absl::StrCat("a partial holds ", read.schema.ToString(), "; only i64 and f64 are kept"));
  }
  int64_t integers, floats;
  MOTE_RETURN_IF_ERROR(CountValues(read.schema, &integers, &floats));
  if (integers != header.integers || floats != header.floats) return Wrong("a partial contradicts its own columns");
  const bool weighted = !weight_column_.empty();
  if (header.rows < 0 || header.weight < 0 || (!weighted && header.weight != header.rows) ||
      (header.rows == 0 && header.weight != 0) || (read.schema.columns.empty() && header.rows != 0)) {
    return Wrong(absl::StrCat("a partial of ", header.rows, " rows cannot weigh ", header.weight));
  }
  read.integers = partial.substr(header.values_at(), header.integers * kValueBytes);
  read.floats = partial.substr(header.values_at() + read.integers.size());
  return read;
}

absl::Status NumericReducer::Validate(std::string_view partial) const { return Read(partial).status(); }

Table NumericReducer::FinishTable(const NumericPartial& partial) const {
  Table table{partial.schema, 1, {}};
  std::string_view integers = partial.integers, floats = partial.floats;
  for (const Column& column : partial.schema.columns) {
    std::string_view& values = column.dtype == DType::kI64 ? integers : floats;
    const size_t bytes = static_cast<size_t>(column.width) * kValueBytes;
    table.bytes.append(values.substr(0, bytes));
    values.remove_prefix(bytes);
  }
  return table;
}

absl::StatusOr<Output> NumericReducer::Finish(const std::string* partial, BlobSink& blobs, BlobSource*) const {
  if (partial == nullptr) return StoreTable(Table{}, blobs);
  MOTE_ASSIGN_OR_RETURN(const NumericPartial read, Read(*partial));
  Table table = FinishTable(read);
  if (read.rows == 0 || read.weight == 0) table = Table{table.schema, 0, {}};
  return StoreTable(table, blobs);
}

}  // namespace mote
