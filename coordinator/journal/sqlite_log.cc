#include "coordinator/journal/sqlite_log.h"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/check.h"
#include "common/digest.h"
#include "common/status_macros.h"
#include "coordinator/journal/wal_scan.h"

namespace mote::coordinator {
namespace {

// Format 2 has one event in each record; it is read, and goes on as format 3.
constexpr int kFormatVersion = 4;
constexpr int kFormatVersionMin = 2;
constexpr size_t kChecksumBytes = 8;
constexpr std::string_view kRemedy =
    "; restore the state directory from a backup (see docs/state_directory.md) or choose another --state-dir";

// The first bytes of SHA-256 over a record's place and its bytes.
std::string ChecksumOf(int64_t replaced, int64_t key, std::string_view bytes) {
  std::string head;
  ByteWriter(&head).Put(replaced);
  ByteWriter(&head).Put(key);
  Sha256Stream stream;
  stream.Update(head);
  stream.Update(bytes);
  return std::string(stream.Finish().Raw().substr(0, kChecksumBytes));
}

std::string HexOf(std::string_view checksum) {
  return absl::BytesToHexString(absl::string_view(checksum.data(), checksum.size()));
}

int64_t BytesOf(const std::vector<std::string>& records) {
  int64_t bytes = 0;
  for (const std::string& record : records) bytes += static_cast<int64_t>(record.size());
  return bytes;
}

}  // namespace

// Where rows are read from.
struct SqliteLog::Table {
  const char* name;
  const char* key;
  const char* what;  // before the key in messages
  int64_t replaced;  // goes into the checksums
};

absl::StatusOr<std::unique_ptr<SqliteLog>> SqliteLog::Open(const std::string& path) {
  MOTE_ASSIGN_OR_RETURN(CommitMark mark, CommitMark::Open(path + "-mark"));
  std::error_code error;
  const bool empty = !std::filesystem::exists(path, error) || std::filesystem::file_size(path, error) == 0;
  if (empty && mark.value().record > 0) {
    return absl::DataLossError(absl::StrCat("journal \"", path, "\" is missing or empty, but record ",
                                            mark.value().record, " was acknowledged", std::string(kRemedy),
                                            ", or remove \"", mark.path(), "\" to begin anew"));
  }
  MOTE_ASSIGN_OR_RETURN(const WalScan scan, ScanWal(path + "-wal"));
  const std::string torn =
      scan.torn_at < 0 ? ""
                       : absl::StrCat("; its write-ahead log \"", path, "-wal\" does not fit at byte ", scan.torn_at);
  MOTE_ASSIGN_OR_RETURN(std::unique_ptr<SqliteDatabase> database, SqliteDatabase::Open(path));
  std::unique_ptr<SqliteLog> log(new SqliteLog(std::move(database), std::move(mark)));
  MOTE_RETURN_IF_ERROR(log->FindEnd());
  MOTE_RETURN_IF_ERROR(log->CheckMark(torn));
  MOTE_RETURN_IF_ERROR(log->MakeTables());
  MOTE_RETURN_IF_ERROR(log->mark_.Flush());
  MOTE_RETURN_IF_ERROR(log->Measure());
  MOTE_ASSIGN_OR_RETURN(log->insert_,
                        log->database_->Prepare("INSERT INTO record (sequence, checksum, bytes) VALUES (?, ?, ?)"));
  return log;
}

absl::Status SqliteLog::FindEnd() {
  MOTE_ASSIGN_OR_RETURN(const int64_t tables, database_->IntegerOf("SELECT COUNT(*) FROM sqlite_master WHERE name IN "
                                                                   "('meta', 'record', 'snapshot')"));
  made_ = tables > 0;
  if (!made_) return absl::OkStatus();
  MOTE_RETURN_IF_ERROR(CheckFormat());
  MOTE_RETURN_IF_ERROR(database_->CheckStructure());
  MOTE_ASSIGN_OR_RETURN(replaced_, database_->IntegerOf("SELECT value FROM meta WHERE key = 'replaced'"));
  MOTE_ASSIGN_OR_RETURN(size_.snapshot_records,
                        database_->IntegerOf("SELECT value FROM meta WHERE key = 'snapshot_records'"));
  MOTE_ASSIGN_OR_RETURN(
      last_, database_->IntegerOf(absl::StrCat("SELECT COALESCE(MAX(sequence), ", replaced_, ") FROM record")));
  MOTE_ASSIGN_OR_RETURN(const int64_t first, database_->IntegerOf(absl::StrCat("SELECT COALESCE(MIN(sequence), ",
                                                                               replaced_ + 1, ") FROM record")));
  MOTE_ASSIGN_OR_RETURN(const int64_t positions,
                        database_->IntegerOf("SELECT COALESCE(MAX(position), 0) FROM snapshot"));
  if (first != replaced_ + 1) return Damaged(absl::StrCat("record ", replaced_ + 1), "is missing");
  if (positions != size_.snapshot_records) {
    return Damaged(absl::StrCat("record ", std::min(positions, size_.snapshot_records) + 1, " of its snapshot"),
                   "is missing");
  }
  size_.tail_records = last_ - replaced_;
  return absl::OkStatus();
}

absl::Status SqliteLog::CheckMark(const std::string& torn) {
  const CommitMark::Value& mark = mark_.value();
  if (last_ < mark.record) {
    return absl::DataLossError(
        absl::StrCat("journal \"", database_->path(), "\" ends with record ", last_, ", but record ", mark.record,
                     " was acknowledged", torn, std::string(kRemedy),
                     "; if you put back an older copy on purpose, remove \"", mark_.path(), "\""));
  }
  if (mark.record <= replaced_) return absl::OkStatus();  // the snapshot stands for it
  MOTE_ASSIGN_OR_RETURN(const SqliteStatement select,
                        database_->Prepare(absl::StrCat("SELECT checksum FROM record WHERE sequence = ", mark.record)));
  const int code = sqlite3_step(select.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) return database_->Error(code, "reading");
  if (code == SQLITE_ROW && HexOf(select.Blob(0)) == mark.checksum) return absl::OkStatus();
  return Damaged(absl::StrCat("record ", mark.record),
                 absl::StrCat("is not the one that was acknowledged according to \"", mark_.path(), "\""));
}

absl::Status SqliteLog::CheckFormat() {
  MOTE_ASSIGN_OR_RETURN(const int64_t version,
                        database_->IntegerOf("SELECT value FROM meta WHERE key = 'format_version'"));
  is_older_ = version < kFormatVersion;
  if (version >= kFormatVersionMin && version <= kFormatVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("journal \"", database_->path(), "\" has format ", version,
                                                    ", this coordinator knows format ", kFormatVersion,
                                                    "; run the version that wrote it or choose another --state-dir"));
}

absl::Status SqliteLog::MakeTables() {
  MOTE_RETURN_IF_ERROR(database_->KeepWritten());
  if (made_ && !is_older_) return absl::OkStatus();
  if (made_) {
    const std::string mark = absl::StrCat("UPDATE meta SET value = ", kFormatVersion, " WHERE key = 'format_version'");
    return database_->Execute(mark.c_str());
  }
  return database_->Execute(
      "BEGIN IMMEDIATE;"
      "CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
      "CREATE TABLE record (sequence INTEGER PRIMARY KEY, checksum BLOB NOT NULL, bytes BLOB NOT NULL);"
      "CREATE TABLE snapshot (position INTEGER PRIMARY KEY, checksum BLOB NOT NULL, bytes BLOB NOT NULL);"
      "INSERT INTO meta VALUES ('format_version', 4), ('replaced', 0), ('snapshot_records', 0);"
      "COMMIT;");
}

absl::Status SqliteLog::Measure() {
  MOTE_ASSIGN_OR_RETURN(size_.snapshot_bytes,
                        database_->IntegerOf("SELECT COALESCE(SUM(LENGTH(bytes)), 0) FROM snapshot"));
  MOTE_ASSIGN_OR_RETURN(size_.tail_bytes, database_->IntegerOf("SELECT COALESCE(SUM(LENGTH(bytes)), 0) FROM record"));
  return absl::OkStatus();
}

absl::Status SqliteLog::Append(const std::vector<std::string>& records) {
  if (!failed_.ok() || records.empty()) return failed_;
  failed_ = AppendAll(records);
  return failed_;
}

absl::Status SqliteLog::AppendAll(const std::vector<std::string>& records) {
  MOTE_RETURN_IF_ERROR(database_->Execute("BEGIN"));
  int64_t last = last_;
  std::string checksum;
  for (const std::string& record : records) {
    ++last;
    checksum = ChecksumOf(0, last, record);
    MOTE_RETURN_IF_ERROR(Insert(*insert_, last, checksum, record));
  }
  MOTE_RETURN_IF_ERROR(database_->Execute("COMMIT"));
  last_ = last;
  size_.tail_records = last_ - replaced_;
  size_.tail_bytes += BytesOf(records);
  return mark_.Write({last_, HexOf(checksum)});
}

absl::Status SqliteLog::Replace(int64_t count, const std::vector<std::string>& snapshot) {
  if (!failed_.ok()) return failed_;
  failed_ = ReplaceAll(count, snapshot);
  return failed_;
}

absl::Status SqliteLog::ReplaceAll(int64_t count, const std::vector<std::string>& snapshot) {
  const int64_t replaced = replaced_ + count - size_.snapshot_records;
  MOTE_CHECK(replaced >= replaced_ && replaced <= last_, "a snapshot stands for records that are there");
  MOTE_RETURN_IF_ERROR(database_->Execute("BEGIN"));
  MOTE_ASSIGN_OR_RETURN(const int64_t removed_bytes,
                        database_->IntegerOf(absl::StrCat("SELECT COALESCE(SUM(LENGTH(bytes)), 0) FROM record WHERE "
                                                          "sequence <= ",
                                                          replaced)));
  MOTE_RETURN_IF_ERROR(database_->Execute("DELETE FROM snapshot"));
  MOTE_RETURN_IF_ERROR(database_->Execute(absl::StrCat("DELETE FROM record WHERE sequence <= ", replaced).c_str()));
  MOTE_ASSIGN_OR_RETURN(SqliteStatement insert,
                        database_->Prepare("INSERT INTO snapshot (position, checksum, bytes) VALUES (?, ?, ?)"));
  int64_t position = 0;
  for (const std::string& record : snapshot) {
    ++position;
    MOTE_RETURN_IF_ERROR(Insert(insert, position, ChecksumOf(replaced, position, record), record));
  }
  MOTE_RETURN_IF_ERROR(database_->Execute(absl::StrCat("UPDATE meta SET value = ", replaced,
                                                       " WHERE key = 'replaced';"
                                                       "UPDATE meta SET value = ",
                                                       position,
                                                       " WHERE key = 'snapshot_records';"
                                                       "COMMIT")
                                              .c_str()));
  replaced_ = replaced;
  size_ = {position, BytesOf(snapshot), last_ - replaced_, size_.tail_bytes - removed_bytes};
  return mark_.Flush();  // rare enough to cost nothing; after a loss of power it is then not older than this
}

absl::Status SqliteLog::Insert(SqliteStatement& insert, int64_t key, std::string_view checksum,
                               std::string_view bytes) {
  insert.Bind(1, key);
  insert.Bind(2, checksum);
  insert.Bind(3, bytes);
  const int code = sqlite3_step(insert.get());
  sqlite3_reset(insert.get());
  return code == SQLITE_DONE ? absl::OkStatus() : database_->Error(code, "appending to");
}

absl::Status SqliteLog::Read(int64_t first, int64_t count, const std::function<absl::Status(std::string_view)>& read) {
  const int64_t snapshot = size_.snapshot_records;
  const int64_t end = first + std::min(count, snapshot + size_.tail_records - first);
  if (first < snapshot) {
    const Table table{"snapshot", "position", "snapshot record", replaced_};
    MOTE_RETURN_IF_ERROR(ReadRows(table, first + 1, std::min(end, snapshot), read));
  }
  if (end <= snapshot) return absl::OkStatus();
  const int64_t before = replaced_ - snapshot;
  return ReadRows({"record", "sequence", "record", 0}, before + std::max(first, snapshot) + 1, before + end, read);
}

absl::Status SqliteLog::ReadRows(const Table& table, int64_t from, int64_t to,
                                 const std::function<absl::Status(std::string_view)>& read) {
  const char* key = table.key;
  MOTE_ASSIGN_OR_RETURN(
      const SqliteStatement select,
      database_->Prepare(absl::StrCat("SELECT ", key, ", checksum, bytes FROM ", table.name, " WHERE ", key,
                                      " BETWEEN ", from, " AND ", to, " ORDER BY ", key)));
  int code = SQLITE_ROW;
  for (; (code = sqlite3_step(select.get())) == SQLITE_ROW; ++from) {
    const std::string place = absl::StrCat(table.what, " ", from);
    if (select.Integer(0) != from) return Damaged(place, "is missing");
    const std::string_view bytes = select.Blob(2);
    if (ChecksumOf(table.replaced, from, bytes) != select.Blob(1)) return Damaged(place, "has a wrong checksum");
    if (const absl::Status status = read(bytes); !status.ok()) {
      return Damaged(place, absl::StrCat("cannot be replayed: ", std::string(status.message())));
    }
  }
  if (code != SQLITE_DONE) return database_->Error(code, absl::StrCat("reading ", table.what, " ", from, " of"));
  return from == to + 1 ? absl::OkStatus() : Damaged(absl::StrCat(table.what, " ", from), "is missing");
}

absl::Status SqliteLog::Damaged(std::string_view place, std::string_view what) const {
  return absl::DataLossError(absl::StrCat("journal \"", database_->path(), "\": ", std::string(place), " ",
                                          std::string(what), std::string(kRemedy)));
}

}  // namespace mote::coordinator
