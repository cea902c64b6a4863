#include "coordinator/plan/prepared_tables.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/feature_names.h"
#include "common/json.h"
#include "common/prepare/prepared_view.h"
#include "common/status_macros.h"
#include "coordinator/plan/rows.h"
#include "coordinator/plan/site_tables.h"

namespace mote::coordinator {

absl::StatusOr<SplitTables> TablesOf(const Output& result) {
  if (!result.content.artifact) return SplitTables::Decode(result.content.bytes);
  return absl::ResourceExhaustedError(absl::StrCat("prepare: the counts of so many columns take ",
                                                   result.content.artifact->bytes, " bytes, at most ", kInlineBytesMax,
                                                   " are allowed; leave some out with drop_columns"));
}

absl::StatusOr<SplitTables> PreparedTables(const PlanContext& context, const std::string& fitted) {
  MOTE_ASSIGN_OR_RETURN(const Output* const input, TableOrSitesInput(context));
  const std::vector<SiteTable> sites = SiteTablesOf(*input);
  if (context.completed.size() != sites.size()) return absl::InternalError("prepare: a pass of each site is expected");
  SplitTables all;
  std::vector<std::vector<SiteTable>> tables;
  for (size_t i = 0; i < sites.size(); ++i) {
    MOTE_ASSIGN_OR_RETURN(SplitTables here, TablesOf(context.completed[i].output));
    if (!input->is_pinned()) return here;
    if (i == 0) {
      all.quality = here.quality;
    } else {
      MOTE_RETURN_IF_ERROR(all.quality.Merge(here.quality));
    }
    MOTE_ASSIGN_OR_RETURN(const RowCut cut, CutTable(context.tasks, sites[i].rows));
    tables.resize(std::max(tables.size(), here.tables.size()));
    for (size_t split = 0; split < here.tables.size(); ++split) {
      Output& table = here.tables[split];
      const PreparedView view{std::move(table.content),  sites[i].rows.content, fitted,
                              context.parameters.dump(), cut.rows_per_task,     static_cast<int64_t>(split)};
      table.content = Value{view.Encode(), std::nullopt};
      tables[split].push_back({sites[i].worker, std::move(table)});
    }
  }
  for (std::vector<SiteTable>& table : tables) {
    MOTE_ASSIGN_OR_RETURN(all.tables.emplace_back(), JoinSites(std::move(table)));
  }
  return all;
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
