using System.Buffers;
using MetaMcp.Init.Core.Diagnosis;
using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Doctor;

/// <summary>
/// The diagnosis for programs: sizes in bytes, unknown facts left out, and every finding, also the ones that are ok.
/// </summary>
internal static class DoctorJson
{
    public static ReadOnlySpan<byte> Render(Examination examination, string? file)
    {
        var output = new ArrayBufferWriter<byte>();
        var json = new JsonWriter(output);
        json.WriteStartObject();
        json.WriteStartObject("facts");
        Text(json, "file", file);
        Process(json, examination.Facts);
        Surroundings(json, examination.Facts);
        Cgroup(json, examination.Facts.Cgroup);
        json.WriteEndObject();
        json.WriteStartArray("findings");
        foreach (var finding in examination.Findings)
            Finding(json, finding);
        json.WriteEndArray();
        json.WriteString("summary", examination.Summary);
        json.WriteEndObject();
        output.Write("\n"u8);
        return output.WrittenSpan;
    }

    private static void Finding(JsonWriter json, Finding finding)
    {
        json.WriteStartObject();
        json.WriteString("id", finding.Id);
        json.WriteString("severity", DoctorFacts.Severities[(int)finding.Severity]);
        json.WriteString("found", finding.Found);
        json.WriteString("costs", finding.Costs);
        json.WriteStartObject("remedies");
        DoctorFacts.EachSetting(finding.Remedies, (platform, setting) =>
        {
            if (setting is not null)
                json.WriteString(platform, setting);
            else
                json.WriteNull(platform);
        });
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Process(JsonWriter json, Facts facts)
    {
        json.WriteString("kernel", facts.Release);
        json.WriteString("machine", facts.Machine);
        json.WriteNumber("pid", facts.Pid);
        Text(json, "pid_1", facts.FirstProcess);
        json.WriteNumber("uid", facts.Uid);
        json.WriteNumber("gid", facts.Gid);
        Text(json, "user", facts.UserName);
        Flag(json, "own_pid_namespace", facts.HasOwnPidNamespace);
        Flag(json, "own_user_namespace", facts.UidMap is null ? null : facts.IsInUserNamespace);
        Flag(json, "own_cgroup_namespace", facts.Cgroup.HasOwnNamespace);
        Texts(json, "containers", facts.Containers);
        json.WriteBoolean("no_new_privs", facts.NoNewPrivileges);
        Number(json, "seccomp_mode", facts.SeccompMode);
        json.WriteStartObject("calls");
        foreach (var call in facts.Calls)
            json.WriteString(call.Name, call.IsRefused ? call.Answer.Name : "allowed");
        json.WriteEndObject();
        Texts(json, "capabilities", DoctorFacts.Held(facts.Capabilities));
        Texts(json, "bounding", DoctorFacts.Held(facts.BoundingCapabilities));
        Number(json, "oom_score_adj", facts.OomScoreAdjust);
        if (facts.OpenFiles is { } files and < long.MaxValue)
            json.WriteNumber("open_files", (long)files);
    }

    private static void Surroundings(JsonWriter json, Facts facts)
    {
        Number(json, "swap", facts.Swap?.Bytes);
        json.WriteBoolean("proc", facts.HasProc);
        Text(json, "hidepid", facts.HidePid);
        json.WriteStartObject("pressure");
        json.WriteBoolean("machine", facts.Pressure.OfMachine);
        json.WriteBoolean("cgroup", facts.Pressure.OfCgroup);
        json.WriteBoolean("triggers", facts.HasPressureTriggers);
        json.WriteEndObject();
        json.WriteStartObject("runtime_dir");
        json.WriteString("path", facts.RuntimeDirectory.Path);
        Answer(json, "writable", facts.RuntimeDirectory.Access);
        json.WriteEndObject();
    }

    private static void Cgroup(JsonWriter json, CgroupFacts cgroup)
    {
        json.WriteStartObject("cgroup");
        json.WriteString("version", DoctorFacts.Versions[(int)cgroup.Version]);
        Text(json, "directory", cgroup.Directory);
        json.WriteBoolean("usable", cgroup.Access.IsGranted && cgroup.Version == CgroupVersion.V2);
        Text(json, "type", cgroup.Type);
        Number(json, "owner", cgroup.Owner);
        Texts(json, "controllers", cgroup.Controllers);
        Number(json, "memory_max", cgroup.MemoryMax?.Bytes);
        Number(json, "pids_max", cgroup.PidsMax);
        if (cgroup.CpuMax is { } cores)
            json.WriteNumber("cpu_max", cores);
        json.WriteBoolean("swap_max", cgroup.HasSwapMax);
        json.WriteBoolean("kill", cgroup.HasKill);
        json.WriteNumber("oom_kills", cgroup.OomKills);
        json.WriteEndObject();
    }

    private static void Answer(JsonWriter json, string name, Errno answer)
    {
        json.WriteBoolean(name, answer.IsSuccess);
        if (!answer.IsSuccess)
            json.WriteString("error", answer.Name);
    }

    private static void Text(JsonWriter json, string name, string? text)
    {
        if (text is not null)
            json.WriteString(name, text);
    }

    private static void Number(JsonWriter json, string name, long? number)
    {
        if (number is { } known)
            json.WriteNumber(name, known);
    }

    private static void Flag(JsonWriter json, string name, bool? flag)
    {
        if (flag is { } known)
            json.WriteBoolean(name, known);
    }

    private static void Texts(JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
