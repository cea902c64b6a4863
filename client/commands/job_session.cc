#include "client/commands/job_session.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <iostream>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/commands/invocation.h"
#include "client/jobfile/resolve.h"
#include "client/outputs/index_page.h"
#include "client/outputs/output_digest.h"
#include "client/outputs/output_writer.h"
#include "client/text/cost_table.h"
#include "client/text/explanation.h"
#include "client/text/report.h"
#include "common/digest.h"
#include "common/json.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

// Equal specifications, equal digests: maps in the order of their keys.
std::string DigestOfSpec(const v1::JobSpec& spec) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    spec.SerializeToCodedStream(&coded);
  }
  return Sha256(bytes).Hex();
}

// Documents that have a readable form.
void PrintReports(Client& client, const v1::Job& job) {
  for (const v1::OutputStatus& output : job.outputs()) {
    if (output.kind() != v1::OUTPUT_KIND_DOCUMENT) continue;
    const absl::StatusOr<std::string> content = client.ReadOutput(output);
    const absl::StatusOr<Json> document = content.ok() ? ParseJson(*content) : content.status();
    if (!document.ok()) {
      std::cerr << "mote: output '" << output.name() << "' cannot be read: " << document.status().message() << "\n";
      continue;
    }
    if (const auto text = ReportText(*document)) std::cout << "# " << output.name() << "\n" << *text << "\n";
  }
}

absl::Status WriteWhereTold(Client& client, const v1::Job& job, const FinishOptions& options) {
  for (const v1::OutputStatus& output : job.outputs()) {
    if (options.output_dir.empty() && output.to().empty()) continue;
    const std::string folder =
        options.output_dir.empty() ? ResolvePath(options.job_folder, output.to()) : options.output_dir;
    MOTE_RETURN_IF_ERROR(WriteOutputs(client, {output}, folder));
  }
  return options.output_dir.empty() ? absl::OkStatus() : WritePage(client, job, options.output_dir);
}

}  // namespace

absl::Status CheckDestinations(const JobFile& job, const std::string& output_dir) {
  if (!output_dir.empty()) return CheckWritable(output_dir);
  for (const v1::OutputSpec& output : job.spec.outputs()) {
    if (output.to().empty()) continue;
    const absl::Status writable = CheckWritable(ResolvePath(job.folder, output.to()));
    if (writable.ok()) continue;
    return absl::InvalidArgumentError(absl::StrCat("output ", output.name(), ", to: ", writable.message()));
  }
  return absl::OkStatus();
}

absl::Status PrepareJob(Client& client, JobFile* job) {
  MOTE_ASSIGN_OR_RETURN(const v1::ListOperationsResponse offered, client.ListOperations());
  MOTE_RETURN_IF_ERROR(CheckAgainst(offered, job));
  return PutFiles(
      offered, [&](const std::string& path) { return client.PutFile(path); },
      [&](const InputFiles& files) { return client.PutInput(files); }, job);
}

absl::StatusOr<uint64_t> Submit(Client& client, const JobFile& job, const std::string& request_id) {
  const absl::StatusOr<uint64_t> id = client.SubmitJob(job.spec, request_id);
  if (!id.ok()) return WithPlaces(id.status(), job);
  return id;
}

absl::StatusOr<Submitted> SubmitOrAdopt(Client& client, const JobFile& job) {
  MOTE_ASSIGN_OR_RETURN(const std::vector<v1::Job> jobs, client.ListJobs());
  std::set<uint64_t> ended;
  std::set<uint64_t> unfinished;
  for (const v1::Job& other : jobs) {
    if (other.name() == job.spec.name()) {
      (IsTerminal(other.state()) ? ended : unfinished).insert(other.id());
    } else if (!IsTerminal(other.state())) {
      return absl::FailedPreconditionError(
          absl::StrCat("the state directory holds job ", other.id(), " (", other.name(),
                       "), which is unfinished; run its file again to finish it, or name another --state-dir"));
    }
  }
  const std::string digest = DigestOfSpec(job.spec);
  // The id counts the runs that have ended: the same job again is a new one, and one
  // that was interrupted is found.
  for (size_t run = ended.size();; ++run) {
    MOTE_ASSIGN_OR_RETURN(const uint64_t id, Submit(client, job, absl::StrCat("run-", digest, "-", run)));
    if (ended.count(id) > 0) continue;
    const bool adopted = unfinished.erase(id) > 0;
    // The same job of a file that was edited since: this one takes its place.
    for (const uint64_t replaced : unfinished) MOTE_RETURN_IF_ERROR(client.CancelJob(replaced).status());
    return Submitted{id, adopted, {unfinished.begin(), unfinished.end()}};
  }
}

absl::StatusOr<v1::Job> WaitForJob(Client& client, uint64_t job_id, ProgressPrinter* progress) {
  v1::Job last;
  MOTE_RETURN_IF_ERROR(client.WatchJob(job_id, [&](const v1::Job& job) {
    last = job;
    if (progress != nullptr) progress->Show(job, absl::Now());
    return true;
  }));
  if (progress != nullptr) progress->Finish(last, absl::Now());
  return last;
}

absl::Status WriteOutputs(Client& client, const std::vector<v1::OutputStatus>& outputs, const std::string& folder) {
  for (const v1::OutputStatus& output : outputs) {
    MOTE_ASSIGN_OR_RETURN(const std::string path, WriteOutput(client, output, folder));
    std::cerr << "wrote " << path << "\n";
  }
  return absl::OkStatus();
}

absl::Status WritePage(Client& client, const v1::Job& job, const std::string& folder) {
  MOTE_ASSIGN_OR_RETURN(const std::string path,
                        WriteIndexPage(client, job.name(), {job.outputs().begin(), job.outputs().end()}, folder));
  if (!path.empty()) std::cerr << "wrote " << path << "\n";
  return absl::OkStatus();
}

absl::Status PrintDigest(Client& client, const v1::Job& job) {
  MOTE_ASSIGN_OR_RETURN(const Digest digest, DigestOfOutputs(client, {job.outputs().begin(), job.outputs().end()}));
  std::cout << "digest sha256:" << digest.Hex() << "\n";
  return absl::OkStatus();
}

int FinishJob(Client& client, const v1::Job& job, const FinishOptions& options) {
  const bool has_result = job.state() == v1::JOB_STATE_SUCCEEDED || job.state() == v1::JOB_STATE_PARTLY_QUARANTINED;
  if (job.state() != v1::JOB_STATE_SUCCEEDED) std::cerr << ExplanationText(job);
  if (!has_result) return ExitCodeOf(job.state());
  const absl::Status written = options.writes_outputs ? WriteWhereTold(client, job, options) : absl::OkStatus();
  if (!written.ok()) return Report(written);
  PrintReports(client, job);
  if (options.print_cost) std::cout << CostText(job);
  if (options.print_digest) {
    const absl::Status printed = PrintDigest(client, job);
    if (!printed.ok()) return Report(printed);
  }
  std::cout.flush();
  return ExitCodeOf(job.state());
}

}  // namespace mote::client
