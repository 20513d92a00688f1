"""Stage: everything of one revision in a folder, rebuilt from the notebook, ready to be signed."""

from pathlib import Path

import msgspec

from labclient.errors import StorageTrouble
from labclient.notebook import export
from labclient.package._data import PACKAGE_JSON, REPORT_PDF, RESULT_JSON, PackageInfo, ResultFile
from labclient.package._report import ReportData, make_report
from labclient.signing import Stage, canonical, write_whole
from labclient.words import message

SUMS = "SHA256SUMS"


def stage(notebook: Path, folder: Path, info: PackageInfo, result: ResultFile, report: ReportData) -> Stage:
    """Write the files of a revision into `folder`, new or empty: the log with its runs and attachments, the result, the
    report. Raises `NotebookDamaged` when the notebook does not verify, `WrongUse`, `StorageTrouble`."""
    export(notebook, folder)
    try:
        (folder / SUMS).unlink()  # the signed manifests say the same, and more
    except OSError as error:
        raise StorageTrouble(
            message("{folder} cannot be written: {cause}", folder=str(folder), cause=str(error))
        ) from error
    write_whole(folder / PACKAGE_JSON, canonical(msgspec.to_builtins(info)))
    write_whole(folder / RESULT_JSON, canonical(msgspec.to_builtins(result)))
    make_report(report, folder / REPORT_PDF)
    return Stage(folder, info.roles)
