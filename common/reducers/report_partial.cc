#include "common/reducers/report_partial.h"

#include <cmath>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/bytes.h"
#include "common/reducers/row_rope.h"
#include "common/status_macros.h"

namespace mote {
namespace {

constexpr uint32_t kReportMagic = 0x31505243;  // "CRP1"
constexpr uint8_t kKnown = 1;
constexpr uint8_t kScored = 2;
constexpr uint8_t kNamed = 4;
constexpr uint8_t kUnlabelled = 8;
constexpr size_t kEntryBytes = 12;

absl::Status WrongPartial(std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("reducer \"classification_report\": ", std::string(what)));
}

absl::StatusOr<ReportPartial> DecodeFields(ByteReader& reader) {
  ReportPartial partial;
  MOTE_ASSIGN_OR_RETURN(const uint32_t magic, reader.Get<uint32_t>());
  if (magic != kReportMagic) return WrongPartial("not a partial of this reducer");
  MOTE_ASSIGN_OR_RETURN(const uint32_t classes, reader.Get<uint32_t>());
  MOTE_ASSIGN_OR_RETURN(const uint8_t flags, reader.Get<uint8_t>());
  MOTE_ASSIGN_OR_RETURN(partial.rows, reader.Get<int64_t>());
  MOTE_ASSIGN_OR_RETURN(const uint32_t entries, reader.Get<uint32_t>());
  if (flags > (kKnown | kScored | kNamed | kUnlabelled) || entries > reader.remaining() / kEntryBytes)
    return WrongPartial("a partial is truncated");
  partial.classes = classes;
  partial.known = (flags & kKnown) != 0;
  partial.scored = (flags & kScored) != 0;
  partial.confusion.resize(entries);
  for (Confusion& entry : partial.confusion) {
    MOTE_ASSIGN_OR_RETURN(entry.label, reader.Get<uint16_t>());
    MOTE_ASSIGN_OR_RETURN(entry.predicted, reader.Get<uint16_t>());
    MOTE_ASSIGN_OR_RETURN(entry.count, reader.Get<int64_t>());
  }
  if ((flags & kNamed) != 0) {
    // Every name takes its length at least.
    if (classes == 0 || classes > reader.remaining() / sizeof(uint32_t)) return WrongPartial("a partial is truncated");
    for (uint32_t i = 0; i < classes; ++i) {
      MOTE_ASSIGN_OR_RETURN(const std::string_view name, reader.GetString());
      partial.names.emplace_back(name);
    }
  }
  if ((flags & kUnlabelled) != 0) {
    MOTE_ASSIGN_OR_RETURN(partial.unlabelled, reader.Get<int64_t>());
    if (partial.unlabelled < 1) return WrongPartial("a partial contradicts itself");
  }
  partial.scores = reader.rest();
  return partial;
}

absl::Status CheckFields(const ReportPartial& partial) {
  if (partial.classes > kClassesMax) return WrongPartial(absl::StrCat("a partial has ", partial.classes, " classes"));
  if (partial.rows < 0 || (partial.scored && partial.classes != 2) || (!partial.scored && !partial.scores.empty())) {
    return WrongPartial("a partial contradicts itself");
  }
  if (partial.names.size() != 0 && CarriedClasses(partial.names).empty()) {
    return WrongPartial(absl::StrCat("a partial names classes in over ", kClassNamesBytesMax, " bytes"));
  }
  if (!partial.known && (partial.classes != 0 || partial.scored || partial.rows != 0 || partial.unlabelled != 0)) {
    return WrongPartial("a partial without columns has contents");
  }
  const int64_t limit = partial.classes > 0 ? partial.classes : kClassesMax;
  int64_t rows = 0, last = -1;
  for (const Confusion& entry : partial.confusion) {
    if (entry.label >= limit || entry.predicted >= limit || entry.count < 1 || entry.key() <= last) {
      return WrongPartial(absl::StrCat("a partial counts ", entry.count, " rows of class ", entry.label, " taken for ",
                                       entry.predicted, " of ", limit, " classes"));
    }
    last = entry.key();
    if (__builtin_add_overflow(rows, entry.count, &rows)) return WrongPartial("rows add up to over 2^63");
  }
  if (rows == partial.rows) return absl::OkStatus();
  return WrongPartial(absl::StrCat("a partial of ", partial.rows, " rows counts ", rows));
}

std::string Shape(const ReportPartial& partial) {
  return absl::StrCat(partial.classes == 0 ? "any number of" : absl::StrCat(partial.classes), " classes ",
                      partial.names.empty() ? "" : absl::StrCat("(", absl::StrJoin(partial.names, ", "), ") "),
                      partial.scored ? "with scores" : "without scores");
}

absl::StatusOr<std::vector<Confusion>> Merge(const std::vector<Confusion>& a, const std::vector<Confusion>& b) {
  std::vector<Confusion> merged;
  merged.reserve(a.size() + b.size());
  auto left = a.begin(), right = b.begin();
  while (left != a.end() || right != b.end()) {
    const bool from_left = left != a.end() && (right == b.end() || left->key() <= right->key());
    if (!from_left) {
      merged.push_back(*right++);
      continue;
    }
    merged.push_back(*left++);
    if (right == b.end() || right->key() != merged.back().key()) continue;
    const bool overflow = __builtin_add_overflow(merged.back().count, right->count, &merged.back().count);
    if (overflow) return WrongPartial("rows add up to over 2^63");
    ++right;
  }
  return merged;
}

absl::Status AddScores(int64_t rows, std::string_view bytes, std::vector<double>* positives,
                       std::vector<double>* negatives) {
  MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(ScoresSchema(), rows, bytes));
  for (int64_t row = 0; row < rows; ++row) {
    const double score = view.Number(row, 0);
    const double positive = view.Number(row, 1);
    if (std::isnan(score) || positive > 1) return WrongPartial("a partial holds an impossible score");
    (positive == 1 ? positives : negatives)->push_back(score);
  }
  return absl::OkStatus();
}

}  // namespace

const Schema& ScoresSchema() {
  static const auto* const schema = new Schema{{{"score", DType::kF64, 1}, {"positive", DType::kU8, 1}}};
  return *schema;
}

std::string ReportPartial::Encode() const {
  std::string bytes;
  bytes.reserve(32 + confusion.size() * kEntryBytes + scores.size());
  ByteWriter writer(&bytes);
  writer.Put(kReportMagic);
  writer.Put(static_cast<uint32_t>(classes));
  writer.Put(static_cast<uint8_t>((known ? kKnown : 0) | (scored ? kScored : 0) | (names.empty() ? 0 : kNamed) |
                                  (unlabelled > 0 ? kUnlabelled : 0)));
  writer.Put(rows);
  writer.Put(static_cast<uint32_t>(confusion.size()));
  for (const Confusion& entry : confusion) {
    writer.Put(entry.label);
    writer.Put(entry.predicted);
    writer.Put(entry.count);
  }
  for (const std::string& name : names) writer.PutString(name);
  if (unlabelled > 0) writer.Put(unlabelled);
  writer.PutRaw(scores);
  return bytes;
}

absl::StatusOr<ReportPartial> ReportPartial::Decode(std::string_view bytes) {
  ByteReader reader(bytes);
  absl::StatusOr<ReportPartial> partial = DecodeFields(reader);
  if (!partial.ok()) return absl::InvalidArgumentError(partial.status().message());
  MOTE_RETURN_IF_ERROR(CheckFields(*partial));
  return partial;
}

absl::Status CheckReport(std::string_view bytes) {
  MOTE_ASSIGN_OR_RETURN(const ReportPartial partial, ReportPartial::Decode(bytes));
  if (!partial.scored) return absl::OkStatus();
  MOTE_ASSIGN_OR_RETURN(const Rope rope, ReadRope(partial.scores));
  if (rope.schema != ScoresSchema())
    return WrongPartial(absl::StrCat("a partial's scores are ", rope.schema.ToString()));
  if (rope.rows != partial.rows) return WrongPartial(absl::StrCat(rope.rows, " scores for ", partial.rows, " rows"));
  std::vector<double> positives, negatives;
  for (const RopeSegment& segment : rope.segments) {
    if (!segment.blob) MOTE_RETURN_IF_ERROR(AddScores(segment.rows, segment.bytes, &positives, &negatives));
  }
  return absl::OkStatus();
}

absl::Status CombineReports(std::string& left, std::string_view right, BlobSink& blobs) {
  MOTE_ASSIGN_OR_RETURN(ReportPartial a, ReportPartial::Decode(left));
  MOTE_ASSIGN_OR_RETURN(const ReportPartial b, ReportPartial::Decode(right));
  if (!b.known) return absl::OkStatus();
  if (!a.known) {
    left.assign(right);
    return absl::OkStatus();
  }
  if (a.classes != b.classes || a.scored != b.scored || a.names != b.names) {
    return WrongPartial(absl::StrCat("tasks yield different rows: ", Shape(a), " and ", Shape(b)));
  }
  if (__builtin_add_overflow(a.rows, b.rows, &a.rows) ||
      __builtin_add_overflow(a.unlabelled, b.unlabelled, &a.unlabelled)) {
    return WrongPartial("rows add up to over 2^63");
  }
  MOTE_ASSIGN_OR_RETURN(a.confusion, Merge(a.confusion, b.confusion));
  std::string scores(a.scores);
  if (a.scored) MOTE_RETURN_IF_ERROR(CombineRopes(scores, b.scores, blobs));
  a.scores = scores;
  left = a.Encode();
  return absl::OkStatus();
}

absl::Status SealReport(std::string& bytes, BlobSink& blobs) {
  if (static_cast<int64_t>(bytes.size()) <= kInlineBytesMax) return absl::OkStatus();
  MOTE_ASSIGN_OR_RETURN(ReportPartial partial, ReportPartial::Decode(bytes));
  if (!partial.scored) return absl::OkStatus();
  std::string scores(partial.scores);
  MOTE_RETURN_IF_ERROR(SealToTravel(scores, static_cast<int64_t>(bytes.size() - scores.size()), blobs));
  partial.scores = scores;
  bytes = partial.Encode();
  return absl::OkStatus();
}

absl::Status ReadScores(const ReportPartial& partial, BlobSource* source, std::vector<double>* positives,
                        std::vector<double>* negatives) {
  MOTE_ASSIGN_OR_RETURN(const Rope rope, ReadRope(partial.scores));
  for (const RopeSegment& segment : rope.segments) {
    std::string_view bytes = segment.bytes;
    std::shared_ptr<const void> keep;
    if (segment.blob) {
      if (source == nullptr) return WrongPartial("the scores are in blobs; finish in an engine");
      MOTE_ASSIGN_OR_RETURN(bytes, source->Read(segment.blob->digest, &keep));
    }
    MOTE_RETURN_IF_ERROR(AddScores(segment.rows, bytes, positives, negatives));
  }
  return absl::OkStatus();
}

}  // namespace mote
