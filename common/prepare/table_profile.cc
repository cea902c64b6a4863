#include "common/prepare/table_profile.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/prepare/varint.h"
#include "common/status_macros.h"

namespace mote {
namespace {

constexpr uint32_t kMagic = 0x31465250;  // "PRF1"

absl::Status WrongProfile(std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("a partial profile is wrong: ", std::string(what)));
}

absl::StatusOr<Moments> DecodeMoments(ByteReader& reader) {
  Moments moments;
  MOTE_ASSIGN_OR_RETURN(moments.count, GetCount(reader));
  if (moments.count == 0) return moments;
  for (double* field : {&moments.mean, &moments.m2, &moments.min, &moments.max}) {
    MOTE_ASSIGN_OR_RETURN(*field, reader.Get<double>());
  }
  if (!(moments.m2 >= 0) || !(moments.min <= moments.max)) return WrongProfile("its moments contradict each other");
  return moments;
}

void EncodeMoments(const Moments& moments, std::string* out) {
  PutVarint(out, static_cast<uint64_t>(moments.count));
  if (moments.count == 0) return;
  ByteWriter writer(out);
  for (const double field : {moments.mean, moments.m2, moments.min, moments.max}) writer.Put(field);
}

std::string EncodeValues(const ValueCounts& values) {
  std::string out;
  values.Encode(&out);
  return out;
}

absl::Status TooLarge(const TableProfile& profile) {
  return absl::InvalidArgumentError(absl::StrCat("the table has ", profile.columns.size(),
                                                 " columns, and their statistics do not fit into ", kProfileBytesMax,
                                                 " bytes; leave some out with drop_columns"));
}

}  // namespace

void Moments::Add(double x) {
  if (count++ == 0) {
    mean = min = max = x;
    return;
  }
  const double delta = x - mean;
  mean += delta / static_cast<double>(count);
  m2 += delta * (x - mean);
  min = std::min(min, x);
  max = std::max(max, x);
}

void Moments::Merge(const Moments& other) {
  if (other.count == 0) return;
  if (count == 0) {
    *this = other;
    return;
  }
  const double n = static_cast<double>(count);
  const double k = static_cast<double>(other.count);
  const double delta = other.mean - mean;
  mean += delta * (k / (n + k));
  m2 += other.m2 + delta * delta * (n * k / (n + k));
  count += other.count;
  min = std::min(min, other.min);
  max = std::max(max, other.max);
}

absl::Status ColumnProfile::Merge(const ColumnProfile& other) {
  if (name != other.name || pinned != other.pinned) {
    return WrongProfile(absl::StrCat("column \"", std::string(name), "\" meets \"", std::string(other.name), "\""));
  }
  missing += other.missing;
  not_numbers += other.not_numbers;
  numbers.Merge(other.numbers);
  values.Merge(other.values);
  return absl::OkStatus();
}

void ColumnProfile::Encode(std::string* out) const {
  PutVarint(out, name.size());
  out->append(name);
  out->push_back(pinned ? 1 : 0);
  PutVarint(out, static_cast<uint64_t>(missing));
  PutVarint(out, static_cast<uint64_t>(not_numbers));
  EncodeMoments(numbers, out);
  values.Encode(out);
}

absl::StatusOr<ColumnProfile> ColumnProfile::Decode(std::string_view bytes, size_t* used) {
  ByteReader reader(bytes);
  ColumnProfile column;
  MOTE_ASSIGN_OR_RETURN(const uint64_t size, GetVarint(reader));
  MOTE_ASSIGN_OR_RETURN(column.name, reader.GetRaw(size));
  MOTE_ASSIGN_OR_RETURN(const uint8_t pinned, reader.Get<uint8_t>());
  column.pinned = pinned != 0;
  MOTE_ASSIGN_OR_RETURN(column.missing, GetCount(reader));
  MOTE_ASSIGN_OR_RETURN(column.not_numbers, GetCount(reader));
  MOTE_ASSIGN_OR_RETURN(column.numbers, DecodeMoments(reader));
  MOTE_ASSIGN_OR_RETURN(column.values, ValueCounts::Decode(reader));
  *used = bytes.size() - reader.remaining();
  return column;
}

absl::Status TableProfile::Merge(const TableProfile& other) {
  if (columns.size() != other.columns.size()) {
    return WrongProfile(absl::StrCat(columns.size(), " columns meet ", other.columns.size()));
  }
  rows_read += other.rows_read;
  training_rows += other.training_rows;
  for (size_t i = 0; i < columns.size(); ++i) MOTE_RETURN_IF_ERROR(columns[i].Merge(other.columns[i]));
  return absl::OkStatus();
}

absl::Status TableProfile::EncodeBounded(std::string* out) {
  const auto encode = [&] {
    out->clear();
    ByteWriter(out).Put(kMagic);
    PutVarint(out, static_cast<uint64_t>(rows_read));
    PutVarint(out, static_cast<uint64_t>(training_rows));
    PutVarint(out, columns.size());
    for (const ColumnProfile& column : columns) column.Encode(out);
    return static_cast<int64_t>(out->size());
  };
  int64_t total = encode();
  if (total <= kProfileBytesMax) return absl::OkStatus();
  std::vector<int64_t> sizes;
  for (const ColumnProfile& column : columns) {
    sizes.push_back(column.pinned ? 0 : static_cast<int64_t>(EncodeValues(column.values).size()));
  }
  while (total > kProfileBytesMax) {
    const size_t i = std::max_element(sizes.begin(), sizes.end()) - sizes.begin();
    if (sizes.empty() || sizes[i] <= 1) return TooLarge(*this);
    columns[i].values.Degrade();
    const int64_t size = static_cast<int64_t>(EncodeValues(columns[i].values).size());
    total += size - sizes[i];
    sizes[i] = size;
  }
  encode();
  return absl::OkStatus();
}

absl::StatusOr<TableProfile> TableProfile::Decode(std::string_view bytes) {
  ByteReader reader(bytes);
  MOTE_ASSIGN_OR_RETURN(const uint32_t magic, reader.Get<uint32_t>());
  if (magic != kMagic) return WrongProfile("the magic bytes are missing");
  TableProfile profile;
  MOTE_ASSIGN_OR_RETURN(profile.rows_read, GetCount(reader));
  MOTE_ASSIGN_OR_RETURN(profile.training_rows, GetCount(reader));
  MOTE_ASSIGN_OR_RETURN(const int64_t columns, GetCount(reader));
  if (columns > static_cast<int64_t>(reader.remaining())) return WrongProfile(absl::StrCat(columns, " columns"));
  for (int64_t i = 0; i < columns; ++i) {
    size_t used = 0;
    MOTE_ASSIGN_OR_RETURN(ColumnProfile column, ColumnProfile::Decode(reader.rest(), &used));
    MOTE_RETURN_IF_ERROR(reader.GetRaw(used).status());
    profile.columns.push_back(std::move(column));
  }
  if (reader.remaining() != 0) return WrongProfile(absl::StrCat(reader.remaining(), " bytes too many"));
  return profile;
}

}  // namespace mote
