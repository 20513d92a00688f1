"""PyMeasure as its users poll with it: a procedure in a Worker, which writes the CSV. Runs in the peer's environment.

For each count on standard input, a measurement of so many readings; the answer is how many seconds it took from its
start until all of them were in the file, which nobody has synced.
"""

import sys
import time
from pathlib import Path

from pymeasure.adapters import VISAAdapter
from pymeasure.experiment import IntegerParameter, Procedure, Results, Worker


class Polling(Procedure):
    """Readings as fast as they come."""

    count = IntegerParameter("Count", default=10)
    DATA_COLUMNS = ["Index", "Voltage (V)"]  # noqa: RUF012 - so PyMeasure wants it

    def execute(self) -> None:
        write, read = self.adapter.write, self.adapter.read
        for index in range(self.count):
            write("READ?")
            self.emit("results", {"Index": index, "Voltage (V)": float(read())})


def main() -> None:
    """Measure into the folder of the command line from the address there, until the input ends."""
    address, folder = sys.argv[1], Path(sys.argv[2])
    adapter = VISAAdapter(address, visa_library="@py", read_termination="\n", write_termination="\n")
    for turn, line in enumerate(sys.stdin):
        procedure = Polling(count=int(line))
        procedure.adapter = adapter
        file = folder / f"{turn}.csv"
        worker = Worker(Results(procedure, str(file)))
        began = time.perf_counter()
        worker.start()
        worker.join(3600)  # its end waits for the recorder's
        spent = time.perf_counter() - began
        with file.open("rb") as written:
            rows = sum(not row.startswith(b"#") for row in written) - 1
        if rows != procedure.count:
            raise SystemExit(f"{rows} of {procedure.count} readings are in the file")
        file.unlink()
        sys.stdout.write(f"{spent!r}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
