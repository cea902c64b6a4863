// What `classification_report` says, as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/json_fwd.h"
#include "common/reducers/report_partial.h"

namespace mote {

struct ReportInput {
  std::vector<std::string> classes;  // names, by index; confusion names no other index
  std::vector<Confusion> confusion;
  int64_t rows = 0;
  int64_t unlabelled = 0;  // more rows, of which nothing is said
  std::string positive;    // two classes: name of the positive one
  std::optional<double> roc_auc;
  std::string roc_auc_reason;  // why there is none
};

// {rows, accuracy,
//  classes: [{name, precision, recall, f1, support}, …],
//  macro_avg, weighted_avg: {precision, recall, f1, support},
//  confusion_matrix: [[…], …]      rows are labels, columns predictions; over 256
//                                  classes confusion_pairs: [[label, predicted, count], …]
//  roc_auc: number or null, roc_auc_reason: text (only with null),
//  positive: name (two classes only), undefined: [text, …],
//  unlabelled: rows without a label (only where there are some)}
//
// A quotient 0/0 is 0 and named in `undefined`, as scikit-learn's zero_division=0
// has it. A class that is neither a label nor a prediction is listed with zeros and
// left out of macro_avg, which again is what scikit-learn does.
Json ReportDocument(const ReportInput& input);

}  // namespace mote
