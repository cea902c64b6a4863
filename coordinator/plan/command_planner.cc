#include "coordinator/plan/command_planner.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/artifact.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "coordinator/plan/rows.h"

namespace mote::coordinator {
namespace {

absl::Status CheckRun(const Json& run) {
  if (run.empty()) {
    return absl::InvalidArgumentError("run: empty; name the program and its arguments, such as [python3, score.py]");
  }
  for (size_t i = 0; i < run.size(); ++i) {
    if (!run[i].is_string() || run[i].get<std::string>().find('\0') != std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("run[", i, "]: ", run[i].dump(), " is not text; put it in quotes"));
    }
  }
  if (run[0].get<std::string>().empty()) return absl::InvalidArgumentError("run[0]: empty; name the program");
  return absl::OkStatus();
}

// One file as the client sends it: {artifact, name}. Its name becomes a file in
// the program's directory, so it must not lead out of it.
absl::Status CheckFile(const std::string& path, const Json& file, std::set<std::string>* names) {
  const bool whole = file.is_object() && file.contains("artifact") && file["artifact"].is_string() &&
                     file.contains("name") && file["name"].is_string();
  if (!whole)
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", file.dump(), " is not a file; write its path"));
  const absl::StatusOr<ArtifactRef> artifact = ArtifactRef::Parse(file["artifact"].get<std::string>());
  if (!artifact.ok()) return absl::InvalidArgumentError(absl::StrCat(path, ": ", artifact.status().message()));
  const std::string name = file["name"].get<std::string>();
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
      name.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": \"", name, "\" is not a plain file name"));
  }
  if (!names->insert(name).second) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": a second file called \"", name, "\"; all files lie in one directory, rename one"));
  }
  return absl::OkStatus();
}

OperationDescription DescribeCommand() {
  OperationDescription description;
  description.name = "command";
  description.summary =
      "Runs a program of yours, kept alive between rows: one JSON line in and one out for every row (column record)";
  description.parameters = {
      {.name = "run",
       .kind = Parameter::Kind::kList,
       .default_value = "",
       .summary = "program and arguments, such as [python3, score.py]; started in a directory that holds `files`"},
      {.name = "files",
       .kind = Parameter::Kind::kFiles,
       .default_value = "[]",
       .summary = "paths of the files that the program needs"},
      {.name = "protocol",
       .kind = Parameter::Kind::kText,
       .default_value = "\"jsonl\"",
       .summary = "how rows travel: jsonl (one JSON value a line on stdin, one a line on stdout, in order)"}};
  description.outputs = {"result"};
  description.task_shape = "so many rows of the input; default 1";
  description.takes_reduce = true;
  description.can_calibrate = true;
  description.is_command = true;
  return description;
}

class CommandPlanner final : public Planner {
 public:
  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override {
    MOTE_RETURN_IF_ERROR(CheckRun(parameters.at("run")));
    std::set<std::string> names;
    const Json& files = parameters.at("files");
    for (size_t i = 0; i < files.size(); ++i) {
      MOTE_RETURN_IF_ERROR(CheckFile(absl::StrCat("files[", i, "]"), files[i], &names));
    }
    const std::string protocol = parameters.at("protocol").get<std::string>();
    if (protocol == "jsonl") return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("protocol: \"", protocol, "\" is not known; leave it out or set jsonl"));
  }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    if (!context.completed.empty()) return YieldResult(context);
    MOTE_ASSIGN_OR_RETURN(const Output* const input, TableInput(context));
    MOTE_ASSIGN_OR_RETURN(const RowCut cut, CutRows(context.tasks, *input, 1));
    Json parameters = context.parameters;
    parameters["rows_per_task"] = cut.rows_per_task;
    PassSpec pass;
    pass.kernel = description_.name;
    pass.parameters = parameters.dump();
    pass.task_count = cut.task_count;
    pass.inputs.emplace("input", input->content);
    MOTE_RETURN_IF_ERROR(SetReducer(context, "concat", &pass));
    return RunOnce(std::move(pass));
  }

 private:
  const OperationDescription description_ = DescribeCommand();
};

}  // namespace

std::unique_ptr<Planner> MakeCommandPlanner() { return std::make_unique<CommandPlanner>(); }

}  // namespace mote::coordinator
