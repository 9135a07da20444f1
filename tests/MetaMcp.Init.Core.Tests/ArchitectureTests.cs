using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace MetaMcp.Init.Core.Tests;

/// <summary>The arrows between the rooms, and the things that must be absent (<c>src/ARCHITECTURE.md</c>).</summary>
public sealed partial class ArchitectureTests
{
    /// <summary>The rooms that each room of the core may know beside itself.</summary>
    private static readonly Dictionary<string, string> CoreRooms = new()
    {
        ["Values"] = "",
        ["KernelText"] = "Values",
        ["Cgroups"] = "Config KernelText Values",
        ["Membership"] = "KernelText Values",
        ["Probing"] = "Values",
        ["Notifying"] = "Values",
        ["Packages"] = "",
        ["Config"] = "Http Packages Probing Values",
        ["Output"] = "Values",
        ["Exec"] = "Values",
        ["Planning"] = "Exec Packages Config Values",
        ["Unwrapping"] = "Packages Probing",
        ["Effects"] = "Status Cgroups Membership Config Values",
        ["Runs"] = "Effects Cgroups Membership Notifying Planning Config Values",
        ["Services"] = "Runs Effects Cgroups Membership Notifying Planning Config Values",
        ["Launching"] = "Services Runs Effects Cgroups Membership Notifying Planning Config Values",
        ["Cleanup"] = "Launching Services Runs Effects Cgroups Membership Notifying Planning Config Values",
        ["Lifecycle"] = "Control Cleanup Launching Services Runs Effects Cgroups Membership Notifying Planning Config Values",
        ["Alerting"] = "Services Runs Effects Status Output Planning Config Values",
        ["Monitoring"] = "Lifecycle Launching Services Runs Effects Status Cgroups Membership Notifying Planning Config Values",
        ["Reload"] = "Lifecycle Cleanup Services Runs Effects Cgroups Membership Notifying Planning Config Values",
        ["Repair"] = "Reload Lifecycle Cleanup Launching Services Runs Effects Cgroups Membership Notifying Planning Config Values",
        ["Control"] = "LaunchProtocol Output Values",
        ["Operating"] =
            "Alerting Control Repair Reload Monitoring Lifecycle Cleanup Launching Services Runs Effects Status Cgroups Planning " +
            "Config Values",
        ["Supervision"] =
            "Alerting Operating Repair Reload Monitoring Lifecycle Cleanup Launching Services Runs Effects Cgroups Membership " +
            "Notifying Planning Config Values",
        ["PassThrough"] = "Values",
        ["Diagnosis"] = "Cgroups KernelText Planning Config Values",
        ["LaunchProtocol"] = "Effects Output Probing Config Values",
        ["Shims"] = "LaunchProtocol Effects Output Values",
        ["Status"] = "KernelText Output Probing Values",
        ["Screens"] = "KernelText Output Status Values",
        ["Metrics"] = "Output Status",
        ["Http"] = "Probing Values",
        ["Serving"] = "Http Metrics Status Values",
        ["Verbs"] = "Config Values",
    };

    /// <summary>
    /// The rooms that each room of the executable may know beside itself and the core; of the core, Linux knows Values alone.
    /// </summary>
    private static readonly Dictionary<string, string> Rooms = new()
    {
        ["Linux"] = "",
        ["Filesystem"] = "Linux",
        ["Cgroups"] = "Filesystem Linux Time",
        ["Processes"] = "Filesystem Linux",
        ["Time"] = "Linux",
        ["Output"] = "Time Linux",
        ["Logging"] = "Output",
        ["Events"] = "Output Time Linux",
        ["Spawning"] = "Events Filesystem Linux",
        ["Notifying"] = "Events Spawning Filesystem Time Linux",
        ["Helpers"] = "Events Spawning Filesystem Processes Time Linux",
        ["Addressing"] = "Linux",
        ["Sockets"] = "Addressing Helpers Spawning Events Filesystem Time Linux",
        ["Runs"] = "Helpers Notifying Spawning Events Cgroups Filesystem Output Processes Time Linux",
        ["Sweeping"] = "Runs Helpers Cgroups Filesystem Processes Time Linux",
        ["Intercept"] = "Filesystem Output Pages Spawning Linux",
        ["Unwrapping"] = "Filesystem Intercept Spawning Linux",
        ["Launching"] = "Sockets Runs Placing Helpers Cgroups Spawning Events Filesystem Processes Time Linux",
        ["Control"] = "Addressing Sockets Runs Cgroups Events Time Linux",
        ["Kernel"] = "Control Launching Sockets Sweeping Runs Helpers Notifying Spawning Events Output Processes Time Linux",
        ["Exec"] = "Filesystem Output Spawning Linux",
        ["Probing"] = "Addressing Events Filesystem Processes Spawning Time Linux",
        ["Measuring"] = "Filesystem Processes Linux",
        ["Discarding"] = "Linux",
        ["Placing"] = "Filesystem Processes Linux",
        ["Reading"] = "Filesystem Linux",
        ["PassThrough"] = "Exec Events Output Processes Spawning Time Linux",
        ["Launch"] = "Connecting Intercept Unwrapping Exec Events Filesystem Output Pages Processes Spawning Time Linux",
        ["Serving"] = "Accounting Addressing Connecting Sockets Events Filesystem Pages Probing Processes Time Linux",
        ["Accounting"] = "Filesystem Processes Linux",
        ["Pages"] = "Spawning Linux",
        ["Connecting"] = "Addressing Sockets Filesystem Pages Processes Spawning Time Linux",
        ["Looking"] = "Accounting Connecting Pages Time Linux",
        ["Top"] = "Accounting Connecting Looking Events Pages Spawning Time Linux",
        ["Acting"] = "Looking Connecting Pages Time Linux",
        ["ConfigFiles"] = "Filesystem Spawning",
        ["Planning"] = "ConfigFiles Pages",
        ["Doctor"] = "Cgroups ConfigFiles Exec Filesystem Linux Pages",
        ["Loop"] = "Kernel",
        ["Supervising"] =
            "Addressing Cgroups ConfigFiles Control Doctor Events Exec Filesystem Helpers Intercept Kernel Launching Linux Logging Loop " +
            "Output Processes Runs Sockets Spawning Sweeping Time",
        ["Verbs"] = "Acting Top Looking Doctor Intercept Pages Planning Serving Spawning",
    };

    /// <summary>Rooms whose code runs in PID 1 for as long as it lives.</summary>
    private static readonly string[] RoomsOfPid1 =
        [
            "Linux", "Filesystem", "Cgroups", "Processes", "Time", "Events", "Spawning", "Notifying", "Helpers", "Runs", "Sweeping",
                "Launching", "Kernel",
            "Loop", "Output", "PassThrough", "Intercept",
        ];

    [Fact]
    public void The_rooms_of_the_core_know_only_those_below()
    {
        var source = Path.Combine(Root, "src", "MetaMcp.Init.Core");
        Assert.Equal(CoreRooms.Keys.Order(), FoldersOf(source));
        Assert.All(CoreRooms, room => Assert.All(FilesOf(source, room.Key), file =>
            AssertKnows(file, room.Key, CoreRooms.Keys, room.Value, CoreName())));
    }

    [Fact]
    public void The_rooms_of_the_executable_know_only_those_below()
    {
        var source = Path.Combine(Root, "src", "MetaMcp.Init");
        Assert.Equal(Rooms.Keys.Order(), FoldersOf(source));
        Assert.All(Rooms, room => Assert.All(FilesOf(source, room.Key), file =>
            AssertKnows(file, room.Key, Rooms.Keys, room.Value, ExecutableName())));
        Assert.All(FilesOf(source, "Linux"), file => AssertKnows(file, "", CoreRooms.Keys, "Values", CoreName()));
    }

    [Fact]
    public void No_room_is_known_in_a_circle()
    {
        Assert.All([CoreRooms, Rooms], rooms => Assert.All(rooms.Keys, room => Assert.DoesNotContain(room, Below(rooms, room))));

        static HashSet<string> Below(Dictionary<string, string> rooms, string room)
        {
            var below = new HashSet<string>();
            var open = new Queue<string>(Words(rooms[room]));
            while (open.TryDequeue(out var next))
                if (below.Add(next))
                    foreach (var further in Words(rooms[next]))
                        open.Enqueue(further);
            return below;
        }
    }

    /// <summary>Goes by the references of the compiled assembly, so that a clock or a file is found however the source writes it.</summary>
    [Fact]
    public void The_core_reads_no_clock_no_file_and_no_environment_and_starts_no_thread()
    {
        using var file = new PEReader(File.OpenRead(typeof(Core.Values.Instant).Assembly.Location));
        var metadata = file.GetMetadataReader();
        string NameOf(TypeReference type) => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
        var types = metadata.TypeReferences.Select(h => NameOf(metadata.GetTypeReference(h))).ToList();
        Assert.Contains("System.TimeSpan", types);
        Assert.DoesNotContain(types, t =>
            (t.StartsWith("System.IO.", StringComparison.Ordinal) ||
             t.StartsWith("System.Threading.", StringComparison.Ordinal) ||
             t.StartsWith("System.Net.", StringComparison.Ordinal) ||
             t.StartsWith("System.Diagnostics.", StringComparison.Ordinal) ||
             t is "System.Console" or "System.Random" or "System.TimeProvider" or "System.AppContext" or
                 "System.Guid" or "System.GC" or "System.Runtime.InteropServices.Marshal") &&
            // Attributes inform compilers and debuggers, and do nothing.
            !t.EndsWith("Attribute", StringComparison.Ordinal) && t != "System.Diagnostics.DebuggerBrowsableState");
        var members = metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Where(m => m.Parent.Kind == HandleKind.TypeReference)
            .Select(m => $"{NameOf(metadata.GetTypeReference((TypeReferenceHandle)m.Parent))}.{metadata.GetString(m.Name)}");
        // Compiled iterators ask for the number of the thread.
        Assert.DoesNotContain(members, m =>
            (m.StartsWith("System.Environment.", StringComparison.Ordinal) && m != "System.Environment.get_CurrentManagedThreadId") ||
            m is "System.DateTime.get_UtcNow" or "System.DateTime.get_Now" or "System.DateTime.get_Today" or
            "System.DateTimeOffset.get_UtcNow" or "System.DateTimeOffset.get_Now");
    }

    /// <summary>Console and Process would collect our children; tasks and timers would bring threads.</summary>
    [Fact]
    public void In_PID_1_there_is_no_console_no_process_class_no_task_no_timer_and_no_thread() =>
        Assert.All(RoomsOfPid1, room => Assert.All(FilesOf(Path.Combine(Root, "src", "MetaMcp.Init"), room), file =>
            Assert.DoesNotMatch(AbsentFromPid1(), CodeOf(file))));

    [Fact]
    public void Every_file_that_the_map_names_exists()
    {
        var named = NamedFile().Matches(Map()).Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.True(named.Count > 50, $"{named.Count} files are named");
        Assert.DoesNotContain(named, name => !Projects.Any(project => File.Exists(Path.Combine(Root, "src", project, name))));
    }

    /// <summary>A trace that crosses more files than its text says has grown, and is to be looked at.</summary>
    [Fact]
    public void Each_trace_has_the_files_that_it_counts_and_goes_straight()
    {
        var traces = Trace().Matches(Map());
        Assert.Equal(2, traces.Count);
        Assert.All(traces, trace =>
        {
            var steps = NamedFile().Matches(trace.Groups[1].Value).Select(m => m.Groups[1].Value).ToList();
            Assert.Equal(trace.Groups[2].Value, $"{steps.Distinct().Count()}");
            Assert.True(steps.Distinct().Count() < int.Parse(trace.Groups[3].Value, System.Globalization.CultureInfo.InvariantCulture));
            var rooms = new List<string>();
            foreach (var room in steps.Select(step => Path.GetDirectoryName(step)!.Split('/')[0]))
                if (rooms.LastOrDefault() != room)
                    rooms.Add(room);
            for (var at = 2; at < rooms.Count; at++)
                Assert.True(rooms[at] != rooms[at - 2], $"from {rooms[at - 2]} to {rooms[at - 1]} and back");
        });
    }

    private static readonly string[] Projects = ["MetaMcp.Init.Core", "MetaMcp.Init"];

    private static string Map() => File.ReadAllText(Path.Combine(Root, "src", "ARCHITECTURE.md"));

    [Fact]
    public void A_line_has_140_columns_at_most()
    {
        var tooLong = Files().SelectMany(file => File.ReadLines(file).Select((line, at) => (File: file, At: at + 1, line.Length)))
            .Where(line => line.Length > 140).Select(line => $"{Path.GetRelativePath(Root, line.File)}:{line.At}");
        Assert.Empty(tooLong);
    }

    [Fact]
    public void No_file_holds_the_markers_of_a_merge_conflict()
    {
        string[] kinds = [".cs", ".md", ".csproj", ".props", ".sln", ".toml", ".json", ".yaml", ".mjs", ".c", ".h", ".sh", ".txt", ""];
        string[] places = ["", "src", "tests", "container", "scripts"];
        var files = places.SelectMany(place => Directory.EnumerateFiles(
                Path.Combine(Root, place), "*", place.Length == 0 ? SearchOption.TopDirectoryOnly : SearchOption.AllDirectories))
            .Where(file => kinds.Contains(Path.GetExtension(file)) &&
                !Path.GetRelativePath(Root, file).Split('/').Any(folder => folder is "bin" or "obj" or "node_modules" or ".git")).ToList();
        Assert.Contains(files, file => file.EndsWith("PROTOCOL.md", StringComparison.Ordinal));
        Assert.DoesNotContain(files, file => File.ReadLines(file).Any(line => ConflictMarker().IsMatch(line)));
    }

    private static readonly string[] Sources = ["src", "tests"];

    private static IEnumerable<string> Files() =>
        Sources.SelectMany(part => Directory.GetFiles(Path.Combine(Root, part), "*.cs", SearchOption.AllDirectories))
            .Where(file => !Path.GetRelativePath(Root, file).Split('/').Any(folder => folder is "bin" or "obj"));

    internal static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "MetaMcp.Init.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("no MetaMcp.Init.sln above the tests");
        return folder.FullName;
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> FoldersOf(string source) =>
        Directory.GetDirectories(source).Where(d => FilesOf(source, Path.GetFileName(d)).Length > 0)
            .Select(d => Path.GetFileName(d)).Where(n => n is not ("bin" or "obj")).Order();

    private static string[] FilesOf(string source, string room) =>
        Directory.GetFiles(Path.Combine(source, room), "*.cs", SearchOption.AllDirectories);

    /// <summary>The file without comments: prose may name rooms that the code must not know.</summary>
    private static string CodeOf(string file) =>
        string.Join('\n', File.ReadLines(file).Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal)));

    private static void AssertKnows(string file, string own, IEnumerable<string> rooms, string allowed, Regex name)
    {
        var known = name.Matches(CodeOf(file)).Select(m => m.Groups[1].Value).Where(rooms.Contains).Distinct();
        var forbidden = known.Except(Words(allowed)).Where(r => r != own).ToList();
        Assert.True(forbidden.Count == 0, $"{Path.GetRelativePath(Root, file)} must not know {string.Join(", ", forbidden)}");
    }

    [GeneratedRegex(@"`((?:\w+/)*\w+\.cs)`")]
    private static partial Regex NamedFile();

    /// <summary>The rows of a trace, the number of its files, and the number before the rooms.</summary>
    [GeneratedRegex(@"\| what happens \|\n((?:\|.*\n)+)\n(\d+) files; (\d+) before the rooms")]
    private static partial Regex Trace();

    [GeneratedRegex(@"^(<{7}|>{7}|\|{7})( |$)")]
    private static partial Regex ConflictMarker();

    [GeneratedRegex(@"\bCore\.(\w+)")]
    private static partial Regex CoreName();

    [GeneratedRegex(@"\bMetaMcp\.Init\.(\w+)")]
    private static partial Regex ExecutableName();

    [GeneratedRegex(@"\bSystem\.Console\b|\bConsole\.|\bSystem\.Diagnostics;|\bProcess\.(Start|GetCurrent)|\bPosixSignalRegistration\b|" +
        @"\basync\b|\bawait\b|\bTask\b|\bTimer\b|\bnew Thread\b|\bThreadPool\b")]
    private static partial Regex AbsentFromPid1();
}
