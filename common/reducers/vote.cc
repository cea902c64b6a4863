#include "common/reducers/vote.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/reducers/store_table.h"
#include "common/status_macros.h"

namespace mote {
namespace {

constexpr uint32_t kVoteMagic = 0x31544f56;  // "VOT1"
constexpr char kVotesColumn[] = "votes";

using Tally = std::map<std::string, int64_t, std::less<>>;

struct Head {
  DType dtype{};  // 0: no column known yet
  uint32_t width = 0;
  std::string_view column;
  int64_t ballots = 0;

  bool known() const { return dtype != DType{}; }
  bool SameShape(const Head& other) const {
    return dtype == other.dtype && width == other.width && column == other.column;
  }
  std::string ToString() const { return Schema{{{std::string(column), dtype, int64_t{width}}}}.ToString(); }
};

absl::Status WrongVotes(std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("reducer \"vote\": ", std::string(what)));
}

template <class Bits>
std::string BigEndian(Bits bits) {
  std::string key(sizeof(bits), '\0');
  for (size_t i = sizeof(bits); i-- > 0; bits = static_cast<Bits>(bits >> 8)) key[i] = static_cast<char>(bits & 0xff);
  return key;
}

template <class Bits>
Bits FromBigEndian(std::string_view key) {
  Bits bits = 0;
  for (const char c : key) bits = static_cast<Bits>(bits << 8) | static_cast<uint8_t>(c);
  return bits;
}

template <class Bits>
constexpr Bits kSignBit = Bits{1} << (8 * sizeof(Bits) - 1);

// Bits of a float that sort as unsigned integers like the floats do; nullopt for NaN.
template <class Float, class Bits>
std::optional<std::string> FloatKey(const char* at) {
  Float value;
  std::memcpy(&value, at, sizeof(value));
  if (std::isnan(value)) return std::nullopt;
  if (value == 0) value = 0;  // −0.0 and 0.0 are one value
  const Bits bits = std::bit_cast<Bits>(value);
  return BigEndian<Bits>((bits & kSignBit<Bits>) != 0 ? ~bits : bits | kSignBit<Bits>);
}

template <class Float, class Bits>
Float FloatOf(std::string_view key) {
  const Bits bits = FromBigEndian<Bits>(key);
  return std::bit_cast<Float>((bits & kSignBit<Bits>) != 0 ? bits ^ kSignBit<Bits> : ~bits);
}

// The key of element `i` of a cell; nullopt for NaN.
std::optional<std::string> KeyOf(DType dtype, std::string_view cell, int64_t i) {
  const char* const at = cell.data() + i * ElementBytes(dtype);
  switch (dtype) {
    case DType::kU8:
      return std::string(at, 1);
    case DType::kI64: {
      uint64_t bits;
      std::memcpy(&bits, at, sizeof(bits));
      return BigEndian<uint64_t>(bits ^ kSignBit<uint64_t>);
    }
    case DType::kF32:
      return FloatKey<float, uint32_t>(at);
    case DType::kF64:
      return FloatKey<double, uint64_t>(at);
    case DType::kText:
      return std::string(cell);
  }
  return std::nullopt;
}

bool IsKey(DType dtype, std::string_view key) {
  if (dtype == DType::kText) return true;
  if (static_cast<int64_t>(key.size()) != ElementBytes(dtype)) return false;
  if (dtype == DType::kF32) return !std::isnan(FloatOf<float, uint32_t>(key));
  if (dtype == DType::kF64) return !std::isnan(FloatOf<double, uint64_t>(key));
  return true;
}

// Appends the value of a key as an element of a cell.
void AppendValue(DType dtype, std::string_view key, std::string* bytes) {
  ByteWriter writer(bytes);
  switch (dtype) {
    case DType::kU8:
      return writer.PutRaw(key);
    case DType::kI64:
      return writer.Put(std::bit_cast<int64_t>(FromBigEndian<uint64_t>(key) ^ kSignBit<uint64_t>));
    case DType::kF32:
      return writer.Put(FloatOf<float, uint32_t>(key));
    case DType::kF64:
      return writer.Put(FloatOf<double, uint64_t>(key));
    case DType::kText:
      return writer.PutString(key);
  }
}

void PutHead(const Head& head, std::string* out) {
  ByteWriter writer(out);
  writer.Put(kVoteMagic);
  writer.Put(static_cast<uint8_t>(head.dtype));
  writer.Put(head.width);
  writer.PutString(head.column);
  writer.Put(head.ballots);
}

absl::StatusOr<Head> ReadHead(ByteReader& reader) {
  MOTE_ASSIGN_OR_RETURN(const uint32_t magic, reader.Get<uint32_t>());
  if (magic != kVoteMagic) return WrongVotes("not a partial of this reducer");
  Head head;
  MOTE_ASSIGN_OR_RETURN(const uint8_t dtype, reader.Get<uint8_t>());
  if (dtype > static_cast<uint8_t>(DType::kText))
    return WrongVotes(absl::StrCat("a partial has the unknown type ", dtype));
  head.dtype = static_cast<DType>(dtype);
  MOTE_ASSIGN_OR_RETURN(head.width, reader.Get<uint32_t>());
  MOTE_ASSIGN_OR_RETURN(head.column, reader.GetString());
  MOTE_ASSIGN_OR_RETURN(head.ballots, reader.Get<int64_t>());
  const bool sound = head.known()
                         ? head.width > 0 && head.ballots >= 0 && (head.dtype != DType::kText || head.width == 1)
                         : head.width == 0 && head.ballots == 0 && head.column.empty();
  if (!sound) return WrongVotes("a partial contradicts itself");
  return head;
}

// Reads one position's entries in order. Not thread-safe.
class Entries {
 public:
  explicit Entries(ByteReader& reader) : reader_(reader) {}
  absl::Status Open() {
    MOTE_ASSIGN_OR_RETURN(left_, reader_.Get<uint32_t>());
    return Next();
  }
  // Moves to the next entry; `more` turns false after the last.
  absl::Status Next() {
    more = left_ > 0;
    if (!more) return absl::OkStatus();
    --left_;
    MOTE_ASSIGN_OR_RETURN(key, reader_.GetString());
    MOTE_ASSIGN_OR_RETURN(votes, reader_.Get<int64_t>());
    return absl::OkStatus();
  }
  bool more = false;
  std::string_view key;
  int64_t votes = 0;

 private:
  ByteReader& reader_;
  uint32_t left_ = 0;
};

// Merges one position's entries of two partials.
absl::Status MergePosition(ByteReader& left, ByteReader& right, std::string* out) {
  Entries a(left), b(right);
  MOTE_RETURN_IF_ERROR(a.Open());
  MOTE_RETURN_IF_ERROR(b.Open());
  const size_t count_at = out->size();
  ByteWriter writer(out);
  writer.Put(uint32_t{0});
  uint32_t count = 0;
  while (a.more || b.more) {
    const bool from_a = a.more && (!b.more || a.key <= b.key);
    const bool from_b = b.more && (!a.more || b.key <= a.key);
    writer.PutString(from_a ? a.key : b.key);
    int64_t votes = 0;
    if (__builtin_add_overflow(from_a ? a.votes : 0, from_b ? b.votes : 0, &votes))
      return WrongVotes("votes are over 2^63");
    writer.Put(votes);
    ++count;
    if (from_a) MOTE_RETURN_IF_ERROR(a.Next());
    if (from_b) MOTE_RETURN_IF_ERROR(b.Next());
  }
  std::memcpy(out->data() + count_at, &count, sizeof(count));
  return absl::OkStatus();
}

absl::Status CheckSize(const std::string& partial, std::string_view column) {
  if (static_cast<int64_t>(partial.size()) <= kVoteBytesMax) return absl::OkStatus();
  return WrongVotes(absl::StrCat("the distinct values of column \"", std::string(column), "\" take over ",
                                 kVoteBytesMax, " bytes; vote on classes, or use concat"));
}

// Calls `visit(position, key, votes)` for each entry.
template <class Visit>
absl::Status VisitEntries(ByteReader& reader, uint32_t width, Visit visit) {
  for (uint32_t position = 0; position < width; ++position) {
    Entries entries(reader);
    MOTE_RETURN_IF_ERROR(entries.Open());
    while (entries.more) {
      MOTE_RETURN_IF_ERROR(visit(position, entries.key, entries.votes));
      MOTE_RETURN_IF_ERROR(entries.Next());
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status VoteReducer::Leaf(const Table& rows, std::string* partial, BlobSink&) const {
  partial->clear();
  if (rows.schema.columns.empty() && rows.rows == 0) {
    PutHead({}, partial);
    return absl::OkStatus();
  }
  const std::optional<size_t> column = rows.schema.Find(column_);
  if (!column) {
    return WrongVotes(absl::StrCat("there is no column \"", column_, "\"; the rows have ", rows.schema.ToString()));
  }
  MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(rows.schema, rows.rows, rows.bytes));
  const Column& voted = rows.schema.columns[*column];
  if (voted.width > kVoteBytesMax)
    return WrongVotes(absl::StrCat("column \"", column_, "\" is ", voted.width, " wide"));
  std::vector<Tally> tallies(static_cast<size_t>(voted.width));
  for (int64_t row = 0; row < rows.rows; ++row) {
    const std::string_view cell = view.Cell(row, *column);
    for (int64_t i = 0; i < voted.width; ++i) {
      std::optional<std::string> key = KeyOf(voted.dtype, cell, i);
      if (!key)
        return WrongVotes(absl::StrCat("the ballot in row ", row, " of a task, column \"", column_, "\", is NaN"));
      ++tallies[static_cast<size_t>(i)][*std::move(key)];
    }
  }
  PutHead({voted.dtype, static_cast<uint32_t>(voted.width), column_, rows.rows}, partial);
  ByteWriter writer(partial);
  for (const Tally& tally : tallies) {
    writer.Put(static_cast<uint32_t>(tally.size()));
    for (const auto& [key, votes] : tally) {
      writer.PutString(key);
      writer.Put(votes);
    }
  }
  return CheckSize(*partial, column_);
}

absl::Status VoteReducer::Combine(std::string& left, std::string_view right, BlobSink&) const {
  ByteReader left_reader(left), right_reader(right);
  MOTE_ASSIGN_OR_RETURN(Head head, ReadHead(left_reader));
  MOTE_ASSIGN_OR_RETURN(const Head other, ReadHead(right_reader));
  if (!other.known()) return absl::OkStatus();
  if (!head.known()) {
    left.assign(right);
    return absl::OkStatus();
  }
  if (!head.SameShape(other)) {
    return WrongVotes(absl::StrCat("tasks yield different columns: ", head.ToString(), " and ", other.ToString()));
  }
  if (__builtin_add_overflow(head.ballots, other.ballots, &head.ballots)) return WrongVotes("ballots are over 2^63");
  std::string merged;
  merged.reserve(left.size() + right.size());
  PutHead(head, &merged);
  for (uint32_t i = 0; i < head.width; ++i) MOTE_RETURN_IF_ERROR(MergePosition(left_reader, right_reader, &merged));
  MOTE_RETURN_IF_ERROR(CheckSize(merged, head.column));
  left = std::move(merged);
  return absl::OkStatus();
}

absl::Status VoteReducer::Validate(std::string_view partial) const {
  ByteReader reader(partial);
  if (static_cast<int64_t>(partial.size()) > kVoteBytesMax) return WrongVotes("a partial is too large");
  absl::StatusOr<Head> head = ReadHead(reader);
  if (!head.ok()) return WrongVotes(std::string(head.status().message()));
  if (head->known() && head->column != column_) return WrongVotes("a partial is about another column");
  if (head->width > reader.remaining() / sizeof(uint32_t)) return WrongVotes("a partial is truncated");
  std::vector<int64_t> totals(head->width, 0);
  uint32_t last_position = 0;
  std::optional<std::string_view> last_key;
  const absl::Status read =
      VisitEntries(reader, head->width, [&](uint32_t position, std::string_view key, int64_t votes) {
        if (position != last_position) last_key.reset();
        last_position = position;
        if (votes < 1 || !IsKey(head->dtype, key)) return WrongVotes("a partial holds an impossible vote");
        if (last_key && key <= *last_key) return WrongVotes("a partial's values are not in order");
        last_key = key;
        if (__builtin_add_overflow(totals[position], votes, &totals[position]))
          return WrongVotes("votes are over 2^63");
        return absl::OkStatus();
      });
  if (!read.ok()) return absl::InvalidArgumentError(read.message());
  if (reader.remaining() != 0) return WrongVotes("a partial has bytes too many");
  for (const int64_t total : totals) {
    if (total != head->ballots) return WrongVotes(absl::StrCat(total, " votes on ", head->ballots, " ballots"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Output> VoteReducer::Finish(const std::string* partial, BlobSink& blobs, BlobSource*) const {
  if (partial == nullptr) return StoreTable(Table{}, blobs);
  MOTE_RETURN_IF_ERROR(Validate(*partial));
  ByteReader reader(*partial);
  MOTE_ASSIGN_OR_RETURN(const Head head, ReadHead(reader));
  if (!head.known()) return StoreTable(Table{}, blobs);
  Table table;
  const int64_t width = head.width;
  table.schema.columns = {{std::string(head.column), head.dtype, width}, {kVotesColumn, DType::kI64, width}};
  if (head.ballots == 0) return StoreTable(table, blobs);
  std::vector<std::pair<std::string_view, int64_t>> winners(head.width);
  MOTE_RETURN_IF_ERROR(VisitEntries(reader, head.width, [&](uint32_t position, std::string_view key, int64_t votes) {
    if (votes > winners[position].second) winners[position] = {key, votes};  // keys ascend: of equals the least stays
    return absl::OkStatus();
  }));
  for (const auto& [key, votes] : winners) AppendValue(head.dtype, key, &table.bytes);
  for (const auto& [key, votes] : winners) ByteWriter(&table.bytes).Put(votes);
  table.rows = 1;
  return StoreTable(table, blobs);
}

ReducerEntry VoteEntry() {
  return {
      .description = {.name = "vote",
                      .summary = "The value that most rows name, position by position (of equals the least): a table "
                                 "of one row, the column and votes:i64",
                      .parameters = {{.name = "column",
                                      .kind = Parameter::Kind::kText,
                                      .default_value = "\"prediction\"",
                                      .optional = false,
                                      .summary = "column of ballots, numbers or text"}},
                      .bound = "12 bytes and the value, for each distinct value of each position; at most 1 MiB"},
      .make_rows = [](const Json& parameters) -> absl::StatusOr<std::unique_ptr<RowReducer>> {
        std::string column = Params(parameters).Text("column");
        if (column == kVotesColumn)
          return WrongVotes("column: \"votes\" is the tally's name; rename the column of ballots");
        return std::make_unique<VoteReducer>(std::move(column));
      }};
}

}  // namespace mote
