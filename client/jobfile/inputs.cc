#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "client/inputs/packed_file.h"
#include "client/jobfile/duration_field.h"
#include "client/jobfile/sections.h"
#include "common/input_format.h"

namespace mote::client {
namespace {

const std::vector<std::string> kFormatsToCome = {"files"};

bool Contains(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// The path exists, is a file and can be read.
void CheckFile(const std::string& resolved, Place place, Problems* problems) {
  std::error_code error;
  const auto status = std::filesystem::status(resolved, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    problems->Add(place,
                  absl::StrCat("there is no file '", resolved, "'; paths are relative to the job file's folder"));
  } else if (status.type() == std::filesystem::file_type::directory) {
    problems->Add(place, absl::StrCat("'", resolved, "' is a directory; name one file"));
  } else if (!std::ifstream(resolved)) {
    problems->Add(place, absl::StrCat("'", resolved, "' cannot be read; check its permissions"));
  }
}

void ReadCsv(Fields& fields, v1::Input* input, Problems* problems) {
  v1::Csv* csv = input->mutable_csv();
  const std::optional<std::string> delimiter = fields.Text("delimiter");
  if (!delimiter) return;
  if (delimiter->size() != 1 || *delimiter == "\"" || *delimiter == "\n" || *delimiter == "\r") {
    problems->Add(fields.Find("delimiter")->value.place,
                  absl::StrCat("delimiter '", *delimiter,
                               "' is not one character other than a quote or newline; "
                               "the usual ones are \",\", \";\" and \"\\t\""));
    return;
  }
  csv->set_delimiter(*delimiter);
}

// `key: [NAME, …]`, a column each.
void ReadColumns(const std::string& key, const std::string& wanted, Fields& fields,
                 google::protobuf::RepeatedPtrField<std::string>* columns, Problems* problems) {
  const Node::Entry* listed = fields.Find(key);
  if (listed == nullptr) return;
  if (!listed->value.IsList() || listed->value.items.empty()) {
    problems->Add(listed->value.place, absl::StrCat(key, " wants a list, as in ", wanted));
    return;
  }
  for (const Node& item : listed->value.items) {
    const auto name = TextOf(item, absl::StrCat(key, " of ", fields.what()), problems);
    if (!name) continue;
    if (name->empty()) problems->Add(item.place, absl::StrCat("a name in ", key, " is empty"));
    if (std::find(columns->begin(), columns->end(), *name) != columns->end()) {
      problems->Add(item.place, absl::StrCat("'", *name, "' stands in ", key, " twice; each becomes one column"));
    }
    *columns->Add() = *name;
  }
}

// A path, or a pattern that fits some.
void ReadPath(const JobFile& job, const std::string& path, Place place, InputFiles* files, Problems* problems) {
  const std::vector<std::string> found = ExpandPattern(job.folder, path);
  if (found.empty()) {
    problems->Add(place, absl::StrCat("no file fits '", path, "'; patterns are relative to the job file's folder"));
  }
  for (const std::string& one : found) CheckFile(one, place, problems);
  files->paths.insert(files->paths.end(), found.begin(), found.end());
}

// `path: FILE` (or a pattern), or `paths: [FILE, …]`.
void ReadPaths(const Node::Entry& format, const JobFile& job, Fields& fields, v1::Input* input, InputFiles* files,
               Problems* problems) {
  const Node::Entry* several = fields.Find("paths");
  if (several == nullptr) {
    const auto path = fields.RequiredText("path", absl::StrCat("write ", format.key, ": {path: FILE}"));
    if (!path) return;
    ReadPath(job, *path, fields.Find("path")->value.place, files, problems);
    input->set_path(*path);
    return;
  }
  if (fields.Find("path") != nullptr) {
    problems->Add(several->place,
                  absl::StrCat("'", fields.what(), "' has both path and paths; keep the one that is meant"));
  }
  if (!several->value.IsList() || several->value.items.empty()) {
    problems->Add(several->value.place, "paths wants a list of files, as in [january.csv, february.csv]");
    return;
  }
  for (const Node& item : several->value.items) {
    const auto path = TextOf(item, absl::StrCat("paths of ", fields.what()), problems);
    if (!path) continue;
    ReadPath(job, *path, item.place, files, problems);
    if (input->path().empty()) input->set_path(*path);
  }
}

// What cannot be joined.
void CheckJoins(const Node::Entry& format, const InputFiles& files, Problems* problems) {
  if (files.paths.size() < 2 || !IsArrayFormat(format.key)) return;
  problems->Add(format.place, absl::StrCat(files.paths.size(), " files: an input of format ", format.key,
                                           " is one file; only csv, arff, jsonl and text are joined"));
}

// Workers look for it, so nothing is said of whether it is there.
void CheckShared(const std::string& path, Place place, Problems* problems) {
  if (IsPacked(path)) {
    problems->Add(place, absl::StrCat("'", path, "' is packed; workers read a shared file where it lies: unpack it"));
  }
  if (path.empty() || path[0] != '/') {
    problems->Add(place, absl::StrCat("'", path, "' is not absolute; 'shared' wants a path that all workers see"));
  }
}

// {berlin: /srv/patients.csv, paris: /data/patients.csv}: a path for each worker.
void ReadSites(const Node& shared, Fields& fields, v1::Input* input, Problems* problems) {
  if (shared.entries.empty()) {
    problems->Add(shared.place, "shared names no worker; write shared: {WORKER: /path/at/that/worker.csv}");
  }
  for (const Node::Entry& entry : shared.entries) {
    const auto path = TextOf(entry.value, absl::StrCat("shared of ", fields.what()), problems);
    if (!path) continue;
    CheckShared(*path, entry.value.place, problems);
    (*input->mutable_sites())[entry.key] = *path;
  }
}

void ReadShared(Fields& fields, v1::Input* input, Problems* problems) {
  const Node& shared = fields.Find("shared")->value;
  if (fields.Find("path") != nullptr || fields.Find("paths") != nullptr) {
    problems->Add(shared.place,
                  absl::StrCat("'", fields.what(), "' has both path and shared; keep the one that is meant"));
  }
  if (shared.IsMap()) return ReadSites(shared, fields, input, problems);
  const std::optional<std::string> path = fields.Text("shared");
  if (!path) return;
  CheckShared(*path, shared.place, problems);
  input->set_shared(*path);
}

// `placement: pinned`, or {pinned: {wait: 1h}}.
void ReadPlacement(const Node& value, v1::Input* input, Problems* problems) {
  const Node placement = ExpandBareWord(value);
  const Node::Entry* const pinned = placement.entries.size() == 1 ? placement.Find("pinned") : nullptr;
  if (pinned == nullptr) {
    problems->Add(value.place, absl::StrCat("placement of input '", input->name(),
                                            "' wants pinned, or {pinned: {wait: 1h}}; without it the rows go where the "
                                            "work is"));
    return;
  }
  Fields fields(pinned->value, absl::StrCat("placement of input '", input->name(), "'"), problems);
  if (const auto wait = ReadDuration(fields, "wait", problems)) *input->mutable_site_wait() = *wait;
  fields.RefuseRest();
}

// Rows that stay where they are need both: where that is, and that it is meant.
void CheckPlacement(const Node::Entry* placement, Place place, const v1::Input& input, Problems* problems) {
  if (placement != nullptr && input.sites().empty()) {
    problems->Add(placement->place, absl::StrCat("input '", input.name(),
                                                 "' has a placement, but names no workers; write shared: {WORKER: "
                                                 "/path/at/that/worker.csv, …}"));
  }
  if (placement == nullptr && !input.sites().empty()) {
    problems->Add(place, absl::StrCat("input '", input.name(),
                                      "' has a path for each worker; write placement: pinned beside the format, so "
                                      "that its rows stay there"));
  }
}

void ReadFormat(const Node::Entry& format, JobFile* job, v1::Input* input, Problems* problems) {
  Fields fields(format.value, absl::StrCat(format.key, " of input '", input->name(), "'"), problems);
  if (format.key == "csv") ReadCsv(fields, input, problems);
  if (format.key == "jsonl") {
    ReadColumns("fields", "[amount, owner.name]", fields, input->mutable_jsonl()->mutable_fields(), problems);
  }
  if (format.key == "text") input->mutable_text();
  if (format.key == "arff") input->mutable_arff();
  if (format.key == "npy") input->mutable_npy();
  if (format.key == "idx") input->mutable_idx();
  if (format.key == "safetensors") {
    ReadColumns("tensors", "[images, labels]", fields, input->mutable_safetensors()->mutable_tensors(), problems);
  }
  fields.NotSupportedYet({"s3"});
  if (format.value.Find("s3") != nullptr) {
    fields.Find("path");
    fields.Find("shared");
  } else if (format.value.Find("shared") != nullptr) {
    ReadShared(fields, input, problems);
  } else if (format.value.IsMap()) {
    InputFiles& files = job->input_files.back();
    if (format.key == "csv") files.delimiter = input->csv().delimiter().empty() ? ',' : input->csv().delimiter()[0];
    files.arff = format.key == "arff";
    ReadPaths(format, *job, fields, input, &files, problems);
    CheckJoins(format, files, problems);
  }
  fields.RefuseRest();
}

void ReadInput(const Node::Entry& entry, JobFile* job, Problems* problems) {
  CheckName(entry.key, entry.place, "an input", problems);
  v1::Input* input = job->spec.add_inputs();
  input->set_name(entry.key);
  job->input_files.emplace_back();
  Node value = ExpandBareWord(entry.value);
  std::optional<Node::Entry> placement;
  if (value.IsMap() && value.Find("placement") != nullptr) {
    const auto at = std::find_if(value.entries.begin(), value.entries.end(),
                                 [](const Node::Entry& e) { return e.key == "placement"; });
    placement = std::move(*at);
    value.entries.erase(at);
    ReadPlacement(placement->value, input, problems);
  }
  if (!value.IsMap() || value.entries.size() != 1) {
    problems->Add(entry.value.place, absl::StrCat("input '", entry.key,
                                                  "' wants one format with its source, as in {csv: "
                                                  "{path: FILE}}, not ",
                                                  value.IsMap() ? "a map of several or none" : value.Describe()));
    return;
  }
  const Node::Entry& format = value.entries[0];
  const std::string known = std::string(kInputFormatsText);
  if (Contains(InputFormats(), format.key)) {
    ReadFormat(format, job, input, problems);
    CheckPlacement(placement ? &*placement : nullptr, format.place, *input, problems);
  } else if (Contains(kFormatsToCome, format.key)) {
    problems->Add(format.place, absl::StrCat("the format '", format.key, "' of input '", entry.key,
                                             "' is not supported yet; this version reads ", known));
  } else {
    problems->Add(format.place, absl::StrCat("unknown format '", format.key, "' of input '", entry.key, "'",
                                             Suggestion(format.key, InputFormats()), "; this version reads ", known));
  }
}

}  // namespace

void ReadInputs(const Node& inputs, JobFile* job, Problems* problems) {
  if (inputs.IsNull()) return;
  if (!inputs.IsMap()) {
    problems->Add(inputs.place, absl::StrCat("inputs wants a map of names to formats, not ", inputs.Describe()));
    return;
  }
  for (const Node::Entry& entry : inputs.entries) {
    const size_t index = job->spec.inputs_size();
    job->places.Add({"inputs", absl::StrCat(index)}, entry.place, entry.value);
    job->places.AddAlias("inputs", entry.key, index);
    ReadInput(entry, job, problems);
  }
}

}  // namespace mote::client
