#include "client/jobfile/job_file.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "client/jobfile/duration_field.h"
#include "client/jobfile/graph.h"
#include "client/jobfile/parameters.h"
#include "client/jobfile/sections.h"
#include "client/jobfile/yaml.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

void ReadName(Fields& fields, JobFile* job, Problems* problems) {
  const auto name = fields.RequiredText("name", "give the job one, such as `name: credit-risk`");
  if (!name) return;
  const bool valid = !name->empty() && name->size() <= 100 &&
                     name->find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  if (!valid) {
    problems->Add(fields.Find("name")->value.place,
                  absl::StrCat("'", *name, "' cannot name a job; use 1 to 100 lower-case letters, digits and dashes"));
  }
  job->spec.set_name(*name);
}

void ReadJob(const Node& root, JobFile* job, Problems* problems) {
  Fields fields(root, "the job", problems);
  if (!root.IsMap() && !root.IsNull()) return;
  ReadName(fields, job, problems);
  if (const auto tenant = fields.Text("tenant")) job->spec.set_tenant(*tenant);
  if (const auto priority = fields.Integer("priority", -100, 100)) {
    job->spec.set_priority(static_cast<int32_t>(*priority));
  }
  if (const auto deadline = ReadDuration(fields, "deadline", problems)) *job->spec.mutable_deadline() = *deadline;
  ReadMoney(fields, job, problems);
  fields.Find("params");
  const Node::Entry* inputs = fields.Find("inputs");
  if (inputs != nullptr) ReadInputs(inputs->value, job, problems);
  const Node::Entry* stages =
      fields.Require("stages", "a job is a list of stages, as in `stages: [{name: a, noop: {}}]`");
  if (stages != nullptr) ReadStages(stages->value, job, problems);
  const Node::Entry* outputs = fields.Find("outputs");
  if (outputs != nullptr) ReadOutputs(outputs->value, job, problems);
  fields.RefuseRest();
}

}  // namespace

std::string ResolvePath(const std::string& folder, const std::string& path) {
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

absl::StatusOr<JobFile> ParseJobFile(std::string_view text, const std::string& path,
                                     const std::vector<std::string>& sets) {
  Problems problems(path);
  std::optional<Node> root = ParseYaml(text, &problems);
  if (!root) return problems.ToStatus();
  SubstituteParameters(sets, &*root, &problems);
  JobFile job;
  job.path = path;
  job.folder = std::filesystem::path(path).parent_path().string();
  if (root->place.line == 0) root->place = {1, 1};
  ReadJob(*root, &job, &problems);
  CheckGraph(job, ReferencesOf(job), {}, &problems);
  MOTE_RETURN_IF_ERROR(problems.ToStatus());
  return job;
}

absl::StatusOr<JobFile> LoadJobFile(const std::string& path, const std::vector<std::string>& sets) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": is a directory; name the job file in it"));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": cannot be read; check that the file exists and may be read"));
  }
  std::ostringstream text;
  text << file.rdbuf();
  return ParseJobFile(text.str(), path, sets);
}

}  // namespace mote::client
