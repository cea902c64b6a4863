#include "coordinator/plan/index_planner.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/input_format.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/shared_file.h"
#include "common/status_macros.h"
#include "coordinator/plan/plan_memo.h"
#include "coordinator/plan/rows.h"
#include "coordinator/plan/site_tables.h"

namespace mote::coordinator {
namespace {

OperationDescription DescribeIndex() {
  using Kind = Parameter::Kind;
  OperationDescription description;
  description.name = "index";
  description.summary = "Finds the rows of an input file (planned for every input; a job file does not name it)";
  description.parameters = {
      {.name = "format", .kind = Kind::kText, .default_value = "", .summary = std::string(kInputFormatsText)},
      {.name = "artifact", .kind = Kind::kText, .default_value = "", .summary = "the file's bytes"},
      {.name = "path", .kind = Kind::kText, .default_value = "", .summary = "the file as the user named it"},
      {.name = "delimiter", .kind = Kind::kText, .default_value = "\",\"", .summary = "between the cells of a CSV row"},
      {.name = "chunk_bytes", .kind = Kind::kInteger, .default_value = "1048576", .summary = "text of one task, bytes"},
      {.name = "columns",
       .kind = Kind::kList,
       .default_value = "",
       .optional = true,
       .summary =
           "tensors of a safetensors file, without: all; fields of JSON lines, without: the line is one column"}};
  description.outputs = {"result"};
  description.task_shape = "1 MiB of text; of a file of arrays one task, which reads its header";
  description.takes_input = false;
  return description;
}

// The same of a file that stays where it is. Never reused: what lies at the path may have
// changed.
OperationDescription DescribeSharedIndex() {
  OperationDescription description = DescribeIndex();
  description.name = "index_shared";
  description.summary = "The same of a file at a path that all workers see (planned for `shared:`)";
  std::erase_if(description.parameters, [](const Parameter& parameter) { return parameter.name == "artifact"; });
  description.parameters.push_back({.name = "sites",
                                    .kind = Parameter::Kind::kObject,
                                    .default_value = "",
                                    .optional = true,
                                    .summary = "the path at each worker whose rows stay there, instead of path"});
  description.task_shape = "one task that pins the file, then as `index`";
  description.is_reusable = false;
  return description;
}

absl::Status CheckDelimiter(const std::string& delimiter) {
  const bool separates = delimiter.size() == 1 && std::string("\"\n\r").find(delimiter[0]) == std::string::npos &&
                         delimiter[0] != '\0' && static_cast<unsigned char>(delimiter[0]) < 0x80;
  if (separates) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("delimiter: ", Json(delimiter).dump(-1, ' ', false, Json::error_handler_t::replace),
                   " is not one ASCII character other than a quote or a line end; set it to \",\", \";\" or a tab"));
}

absl::Status CheckColumns(const Json& columns, const std::string& format) {
  if (format != "safetensors" && format != "jsonl") {
    return absl::InvalidArgumentError(
        absl::StrCat("columns: a file of ", format, " says itself what they are; leave them out"));
  }
  std::set<std::string> names;
  for (const Json& column : columns) {
    if (column.is_string() && !column.get<std::string>().empty() && names.insert(column.get<std::string>()).second) {
      continue;
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "columns: ", column.dump(-1, ' ', false, Json::error_handler_t::replace), " is not the name of one more ",
        format == "jsonl" ? "field" : "tensor", "; list each column once"));
  }
  return absl::OkStatus();
}

absl::Status CheckIndex(const Params& params) {
  const std::string format = params.Text("format");
  const std::vector<std::string>& known = InputFormats();
  if (std::find(known.begin(), known.end(), format) == known.end()) {
    return absl::InvalidArgumentError(absl::StrCat("format: \"", format, "\" is not ", std::string(kInputFormatsText)));
  }
  MOTE_RETURN_IF_ERROR(CheckDelimiter(params.Text("delimiter")));
  if (const Json* const columns = params.Find("columns")) MOTE_RETURN_IF_ERROR(CheckColumns(*columns, format));
  if (params.Integer("chunk_bytes") >= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("chunk_bytes: ", params.Integer("chunk_bytes"), " is below 1"));
}

// The pass that reads the header of a file of arrays.
PassSpec ReadHeader(Json parameters, const Json& source) {
  parameters.update(source);
  PassSpec pass;
  pass.kernel = "index_arrays";
  pass.parameters = parameters.dump();
  pass.task_count = 1;
  pass.reducer = "descriptor";
  pass.label = "read the header";
  return pass;
}

// The pass over a file of so many bytes; `source` names it to kernel and reducer. `parameters`
// are those of the operation.
absl::StatusOr<PassSpec> FindRows(const TaskShape& tasks, Json parameters, int64_t bytes, const Json& source) {
  const Params params(parameters);
  const std::string name = params.Text("path");
  if (bytes == 0) {
    return absl::InvalidArgumentError(absl::StrCat("\"", name, "\" is empty; give a file with rows"));
  }
  if (IsArrayFormat(params.Text("format"))) return ReadHeader(std::move(parameters), source);
  const int64_t chunk_bytes = tasks.bytes > 0 ? tasks.bytes : params.Integer("chunk_bytes");
  const Json reducer = [&] {
    Json fields{{"format", params.Text("format")}, {"name", name}, {"delimiter", params.Text("delimiter")}};
    if (const Json* const columns = params.Find("columns")) fields["fields"] = *columns;
    fields.update(source);
    return fields;
  }();
  parameters["chunk_bytes"] = chunk_bytes;
  parameters.update(source);
  PassSpec pass;
  pass.kernel = "index";
  pass.parameters = parameters.dump();
  pass.task_count = bytes / chunk_bytes + (bytes % chunk_bytes != 0);
  pass.reducer = "text_index";
  pass.reducer_parameters = reducer.dump();
  pass.label = "find rows";
  return pass;
}

class IndexPlanner final : public Planner {
 public:
  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override {
    const Params params(parameters);
    MOTE_RETURN_IF_ERROR(CheckIndex(params));
    return ArtifactRef::Parse(params.Text("artifact")).status();
  }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    if (!context.completed.empty()) return YieldResult(context);
    const Params params(context.parameters);
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef file, ArtifactRef::Parse(params.Text("artifact")));
    MOTE_ASSIGN_OR_RETURN(PassSpec pass, FindRows(context.tasks, context.parameters, file.bytes,
                                                  {{"artifact", params.Text("artifact")}}));
    pass.inputs.emplace("source", Value{"", file});
    return RunOnce(std::move(pass));
  }

 private:
  const OperationDescription description_ = DescribeIndex();
};

class SharedIndexPlanner final : public Planner {
 public:
  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override { return CheckIndex(Params(parameters)); }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    const std::vector<Site> sites = SitesOf(context.parameters);
    if (context.memo.empty()) return Pin(sites);
    if (context.completed.size() != sites.size()) return absl::InternalError("a pass of each file is expected");
    return context.memo == kPinned ? Find(context, sites) : Yield(context, sites);
  }

 private:
  static constexpr std::string_view kPinned = "pinned";

  // A file, and the worker at which it stays; empty: all see it.
  struct Site {
    std::string worker;
    std::string path;
  };

  static std::vector<Site> SitesOf(const Json& parameters) {
    const Params params(parameters);
    const Json* const paths = params.Find("sites");
    if (paths == nullptr) return {{"", params.Text("path")}};
    std::vector<Site> sites;
    for (auto it = paths->begin(); it != paths->end(); ++it) sites.push_back({it.key(), it->get<std::string>()});
    return sites;
  }

  static std::string AtWorker(const Site& site) {
    return site.worker.empty() ? "" : absl::StrCat(" at worker ", site.worker);
  }

  static PlanStep Pin(const std::vector<Site>& sites) {
    PlanStep step;
    step.memo = kPinned;
    for (const Site& site : sites) {
      PassSpec& pass = step.passes.emplace_back(OneTask("pin_shared", {{"path", site.path}}));
      pass.label = "pin";
      pass.worker = site.worker;
    }
    return step;
  }

  static absl::StatusOr<PlanStep> Find(const PlanContext& context, const std::vector<Site>& sites) {
    PlanStep step;
    step.memo = "find";
    for (size_t i = 0; i < sites.size(); ++i) {
      const CompletedPass& done = context.completed[i];
      if (done.absent_all) {
        return absl::InvalidArgumentError(absl::StrCat("the shared file \"", sites[i].path, "\"", AtWorker(sites[i]),
                                                       " could not be looked at; `mote explain` tells why"));
      }
      MOTE_ASSIGN_OR_RETURN(const Json answer, ParseJson(done.root.bytes));
      MOTE_ASSIGN_OR_RETURN(const SharedFile file, SharedFile::Parse(Params(answer).Text("shared")));
      Json parameters = context.parameters;
      parameters.erase("sites");
      parameters["path"] = sites[i].path;
      MOTE_ASSIGN_OR_RETURN(PassSpec pass,
                            FindRows(context.tasks, std::move(parameters), file.bytes, {{"shared", file.ToString()}}));
      pass.worker = sites[i].worker;
      step.passes.push_back(std::move(pass));
    }
    return step;
  }

  static absl::StatusOr<PlanStep> Yield(const PlanContext& context, const std::vector<Site>& sites) {
    std::vector<SiteTable> tables;
    for (size_t i = 0; i < sites.size(); ++i) tables.push_back({sites[i].worker, context.completed[i].output});
    PlanStep step;
    step.memo = "done";
    MOTE_ASSIGN_OR_RETURN(step.outputs["result"], JoinSites(std::move(tables)));
    return step;
  }

  const OperationDescription description_ = DescribeSharedIndex();
};

}  // namespace

std::unique_ptr<Planner> MakeSharedIndexPlanner() { return std::make_unique<SharedIndexPlanner>(); }

std::unique_ptr<Planner> MakeIndexPlanner() { return std::make_unique<IndexPlanner>(); }

}  // namespace mote::coordinator
