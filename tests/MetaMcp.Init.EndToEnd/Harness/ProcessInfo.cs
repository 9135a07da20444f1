using System.Globalization;

namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>The facts of /proc about a process, read from outside its namespace.</summary>
internal sealed record ProcessInfo(int Pid, int InnerPid, int Parent, char State, string Name, string Namespace)
{
    /// <summary>Every process of a PID namespace, which is named as <c>readlink /proc/PID/ns/pid</c> shows it.</summary>
    public static IReadOnlyList<ProcessInfo> InNamespace(string name) =>
        [.. Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var pid) ? Read(pid) : null)
            .OfType<ProcessInfo>()
            .Where(process => process.Namespace == name)];

    /// <summary>Null if the process has ended.</summary>
    public static ProcessInfo? Read(int pid)
    {
        try
        {
            var status = Status($"/proc/{pid}/status");
            var link = new FileInfo($"/proc/{pid}/ns/pid").LinkTarget ?? "";
            return new ProcessInfo(
                pid,
                int.Parse(status["NSpid"].Split('\t')[^1], CultureInfo.InvariantCulture),
                int.Parse(status["PPid"], CultureInfo.InvariantCulture),
                status["State"][0],
                status["Name"],
                link);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or KeyNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The fields of the status file of a process or of one thread.</summary>
    public static IReadOnlyDictionary<string, string> Status(string path) =>
        File.ReadAllLines(path)
            .Select(line => line.Split(':', 2))
            .Where(parts => parts.Length == 2)
            .ToDictionary(parts => parts[0], parts => parts[1].Trim());

    /// <summary>A signal set of a status file, as signal numbers.</summary>
    public static IReadOnlyList<int> Signals(string hex)
    {
        var bits = ulong.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return [.. Enumerable.Range(1, 64).Where(number => (bits & (1UL << (number - 1))) != 0)];
    }
}
