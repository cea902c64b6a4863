#include "coordinator/plan/prepared_tables.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/feature_names.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "coordinator/plan/rows.h"

namespace mote::coordinator {

absl::StatusOr<SplitTables> TablesOf(const Output& result) {
  if (!result.content.artifact) return SplitTables::Decode(result.content.bytes);
  return absl::ResourceExhaustedError(absl::StrCat("prepare: the counts of so many columns take ",
                                                   result.content.artifact->bytes, " bytes, at most ", kInlineBytesMax,
                                                   " are allowed; leave some out with drop_columns"));
}

Output Document(const Json& json) {
  std::string text = json.dump();
  const int64_t size = static_cast<int64_t>(text.size());
  return Output{OutputKind::kDocument, Value{std::move(text), {}}, 0, size};
}

absl::StatusOr<Output> WithFeatureNames(Output table, const std::vector<std::string>& features) {
  if (table.schema.empty()) return table;
  MOTE_ASSIGN_OR_RETURN(Schema schema, TableSchema(table));
  const auto x = schema.Find("x");
  if (!x.has_value()) return table;
  schema.columns[*x].classes = CarriedFeatures(features);
  std::string encoded = schema.Encode();
  if (static_cast<int64_t>(encoded.size()) <= kOutputSchemaBytesMax) table.schema = std::move(encoded);
  return table;
}

}  // namespace mote::coordinator
