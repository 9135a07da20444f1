using System.Collections.Immutable;
using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Diagnosis;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Exec;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Doctor;

/// <summary>
/// Looks for what services name, by the steps of the second stage and with its words, short of taking them: a start from here would
/// find the same. Every look may wait for a file system, as this is a process of its own.
/// </summary>
internal sealed unsafe class AbsenceFinder
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private readonly List<Absence> _found = [];

    private AbsenceFinder()
    {
    }

    public static Absence[] Find(Plan plan)
    {
        var finder = new AbsenceFinder();
        foreach (var service in plan.Services)
            finder.Look(service.Settings);
        return [.. finder._found];
    }

    private void Look(ServiceSettings service)
    {
        var identity = Accounts(service);
        var path = SearchPath(service, identity);
        using var user = RealUser.Become(identity);
        var directory = service.Attributes.WorkingDirectory;
        var entered = directory is null ? Errno.None : MayUse(directory, S_IFDIR);
        if (!entered.IsSuccess)
            Add(service.Name, AbsenceKind.Directory, new ExecFailure(ExecStep.WorkingDirectory, entered, directory!));
        Program(service.Name, service.Command, path, directory, entered);
        if (!service.StopCommand.IsEmpty)
            Program($"stop_command of {service.Name}", service.StopCommand, path, directory, entered);
        if (service.Probe?.Target is ProbeTarget.Exec(var probe))
            Program($"probe of {service.Name}", probe, path, directory, entered);
    }

    /// <summary>Each name that is not there is left out of the next try, so that all of them are found.</summary>
    private Identity Accounts(ServiceSettings service)
    {
        var attributes = service.Attributes;
        while (true)
        {
            try
            {
                return Identity.Resolve(attributes);
            }
            catch (ExecFailedException missing)
            {
                Add(service.Name, AbsenceKind.Account, missing.Failure);
                if (missing.Failure.Step == ExecStep.User)
                    attributes = attributes with { User = null };
                else
                    attributes = attributes.Group is null
                        ? attributes with { SupplementaryGroups = null } : attributes with { Group = null };
            }
        }
    }

    /// <summary>The PATH that the service is given: of the file, of its environment_file, of the container.</summary>
    private string SearchPath(ServiceSettings service, Identity identity)
    {
        var edits = new EnvironmentEdits
        {
            Clear = service.ClearEnvironment,
            // Byte by byte, as the second stage has every text.
            Files = service.EnvironmentFile is { } file ? [Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(file))] : [],
        };
        byte** environment;
        try
        {
            environment = ServiceEnvironment.Build(edits, identity.Account, service.Attributes.User is not null);
        }
        catch (ExecFailedException missing)
        {
            Add(service.Name, AbsenceKind.File, missing.Failure);
            environment = ServiceEnvironment.Build(edits with { Files = [] }, identity.Account, service.Attributes.User is not null);
        }
        return service.Environment.TryGetValue("PATH", out var own) ? own
            : ServiceEnvironment.TryFind(environment, "PATH"u8, out var value) ? Encoding.UTF8.GetString(value) : DefaultPath;
    }

    private void Program(string whose, ImmutableArray<string> command, string path, string? directory, Errno entered)
    {
        var name = command[0];
        if (!entered.IsSuccess && name.Contains('/', StringComparison.Ordinal) && name[0] != '/')
            return;
        var error = new Errno(Errno.ENOENT);
        foreach (var part in name.Contains('/', StringComparison.Ordinal) ? [""] : path.Split(':'))
        {
            var candidate = part.Length == 0 ? name : $"{part}/{name}";
            var answer = MayUse(candidate[0] == '/' || directory is null ? candidate : $"{directory}/{candidate}", S_IFREG);
            // As the second stage has it: "there, but not for this user" is better to know than "not there".
            if (answer.IsSuccess || answer.Number == Errno.EACCES)
                error = answer;
            if (answer.IsSuccess)
                return;
        }
        Add(whose, AbsenceKind.Program, new ExecFailure(ExecStep.Execute, error, name));
    }

    private void Add(string whose, AbsenceKind kind, ExecFailure failure) => _found.Add(new Absence(whose, kind, failure.Sentence));

    /// <summary>
    /// Whether the user may enter the directory or execute the file; another type of file is refused as exec and chdir do it.
    /// </summary>
    private static Errno MayUse(string path, int type)
    {
        statx status;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + "\0"))
        {
            if (get_statx(AT_FDCWD, name, 0, STATX_TYPE, &status) != 0)
                return LastError;
            if ((status.stx_mode & S_IFMT) != type)
                return new Errno(type == S_IFDIR ? Errno.ENOTDIR : Errno.EACCES);
            return access(name, X_OK) == 0 ? Errno.None : LastError;
        }
    }
}
