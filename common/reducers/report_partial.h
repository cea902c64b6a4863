// The partial of `classification_report`: who was taken for whom, and scores.
//
//   magic u32, classes u32 (0: not fixed), flags u8 (1: columns known, 2: scored,
//   4: classes have names, 8: rows without a label), rows i64, entries u32, then (label
//   u16, predicted u16, count i64) ascending; if named, the names of all classes; if there
//   are rows without a label, how many i64; if scored, a rope (row_rope.h) of score:f64, positive:u8 to the end
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/reducer.h"

namespace mote {

inline constexpr int64_t kClassesMax = 4096;

// How often rows of class `label` were predicted to be `predicted`.
struct Confusion {
  uint16_t label = 0;
  uint16_t predicted = 0;
  int64_t count = 0;

  uint32_t key() const { return (uint32_t{label} << 16) | predicted; }
  bool operator==(const Confusion&) const = default;
};

struct ReportPartial {
  int64_t classes = 0;  // 0: as many as occur
  bool known = false;   // false: no task had columns, and nothing else is set
  bool scored = false;  // two classes with scores: `scores` is a rope
  int64_t rows = 0;
  int64_t unlabelled = 0;            // more rows, that nothing is known to be right for
  std::vector<std::string> names;    // of all classes, as the rows' columns say; empty: they do not
  std::vector<Confusion> confusion;  // ascending by key
  std::string_view scores;           // views the bytes it was read from

  std::string Encode() const;
  // Reads the form and checks it, but for the rope. InvalidArgument: it is wrong.
  static absl::StatusOr<ReportPartial> Decode(std::string_view bytes);
};

// score:f64, positive:u8.
const Schema& ScoresSchema();

// All of Decode's checks, and the rope: as many scores as rows, none NaN where they
// are inline.
absl::Status CheckReport(std::string_view bytes);

// left ← left ⊕ right. InvalidArgument: they are about different classes.
absl::Status CombineReports(std::string& left, std::string_view right, BlobSink& blobs);

// Puts scores into blobs until the report can travel. InvalidArgument: not a report.
absl::Status SealReport(std::string& bytes, BlobSink& blobs);

// Reads all scores, by class. InvalidArgument: a NaN or a flag other than 0 and 1.
// `source` may be nullptr when the rope has no blobs.
absl::Status ReadScores(const ReportPartial& partial, BlobSource* source, std::vector<double>* positives,
                        std::vector<double>* negatives);

}  // namespace mote
