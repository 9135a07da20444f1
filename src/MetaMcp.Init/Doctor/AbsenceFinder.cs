using System.Collections.Immutable;
using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Diagnosis;
using MetaMcp.Init.Core.Exec;
using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Exec;
using MetaMcp.Init.Filesystem;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Doctor;

/// <summary>
/// Looks for the users, files and programs that services and servers name, by the steps of the second stage and with its messages,
/// without taking the steps: a start would find the same. Every look may wait for a file system, since this is a process of its own.
/// </summary>
internal sealed unsafe class AbsenceFinder
{
    private readonly List<Absence> _found = [];

    /// <summary>The PATH of each service: the servers that it launches are looked up there.</summary>
    private readonly Dictionary<string, byte[]> _paths = [];

    private AbsenceFinder()
    {
    }

    public static Absence[] Find(Plan plan)
    {
        var finder = new AbsenceFinder();
        foreach (var service in plan.Services)
            finder.Look(service.Settings);
        foreach (var server in plan.Settings.Servers)
            finder.Look(server);
        return [.. finder._found];
    }

    private void Look(ServiceSettings service)
    {
        var identity = Accounts(service.Name, service.Attributes);
        var path = PathOf(service, identity);
        _paths[service.Name] = path;
        using var user = RealUser.Become(identity);
        var directory = service.Attributes.WorkingDirectory;
        var entered = Enter(service.Name, directory);
        Program(service.Name, service.Command, [path], directory, entered);
        if (!service.StopCommand.IsEmpty)
            Program($"stop_command of {service.Name}", service.StopCommand, [path], directory, entered);
        if (service.Probe?.Target is ProbeTarget.Exec(var probe))
            Program($"probe of {service.Name}", probe, [path], directory, entered);
    }

    /// <summary>
    /// A server has the user, the PATH and the directory of its client unless its table says otherwise. The clients are those of the
    /// services that may launch it, and of the container; where one of them has the program, it is there.
    /// </summary>
    private void Look(ServerSettings server)
    {
        var whose = $"server {server.Name}";
        using var user = RealUser.Become(Accounts(whose, server.Attributes));
        var directory = server.Attributes.WorkingDirectory;
        var entered = Enter(whose, directory);
        var isRelativeToClient = directory is null && server.Command is [var name, ..] && name.Contains('/', StringComparison.Ordinal) &&
            name[0] != '/';
        if (!server.Command.IsEmpty && !isRelativeToClient)
            Program(whose, server.Command, PathsOf(server), directory, entered);
    }

    private List<byte[]> PathsOf(ServerSettings server)
    {
        if (server.Environment.TryGetValue("PATH", out var own))
            return [Encoding.UTF8.GetBytes(own)];
        List<byte[]> paths =
            [Environment.GetEnvironmentVariable("PATH") is { } path ? Encoding.UTF8.GetBytes(path) : SearchPath.Default.ToArray()];
        foreach (var (service, its) in _paths)
            if (server.Allow is not { } allow || allow.Contains(service))
                paths.Add(its);
        return paths;
    }

    private Errno Enter(string whose, string? directory)
    {
        var entered = directory is null ? Errno.None : MayUse(directory, S_IFDIR);
        if (!entered.IsSuccess)
            Add(whose, AbsenceKind.Directory, new ExecFailure(ExecStep.WorkingDirectory, entered, directory!));
        return entered;
    }

    /// <summary>A name that does not exist is left out of the next try, so that all missing names are found.</summary>
    private Identity Accounts(string whose, ProcessAttributes attributes)
    {
        while (true)
        {
            try
            {
                return Identity.Resolve(attributes);
            }
            catch (ExecFailedException missing)
            {
                Add(whose, AbsenceKind.Account, missing.Failure);
                if (missing.Failure.Step == ExecStep.User)
                    attributes = attributes with { User = null };
                else
                    attributes = attributes.Group is null
                        ? attributes with { SupplementaryGroups = null } : attributes with { Group = null };
            }
        }
    }

    /// <summary>The PATH that the service is given: of the file, of its environment_file, of the container.</summary>
    private byte[] PathOf(ServiceSettings service, Identity identity)
    {
        var edits = new EnvironmentEdits
        {
            Clear = service.ClearEnvironment,
            // One character a byte, like every text of the second stage.
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
        return service.Environment.TryGetValue("PATH", out var own) ? Encoding.UTF8.GetBytes(own)
            : ServiceEnvironment.TryFind(environment, "PATH"u8, out var value) ? value.ToArray() : SearchPath.Default.ToArray();
    }

    private void Program(string whose, ImmutableArray<string> command, List<byte[]> paths, string? directory, Errno entered)
    {
        var name = command[0];
        var hasSlash = name.Contains('/', StringComparison.Ordinal);
        if (!entered.IsSuccess && hasSlash && name[0] != '/')
            return;
        var error = hasSlash ? MayExecute(name, directory) : Search(name, paths, directory);
        if (!error.IsSuccess)
            Add(whose, AbsenceKind.Program, new ExecFailure(ExecStep.Execute, error, name));
    }

    /// <summary>As in the second stage: "there, but not for this user" helps more than "not there".</summary>
    private static Errno Search(string name, List<byte[]> paths, string? directory)
    {
        var error = new Errno(Errno.ENOENT);
        foreach (var path in paths)
        {
            var answer = Search(name, path, directory);
            if (answer.IsSuccess)
                return answer;
            if (answer.Number == Errno.EACCES)
                error = answer;
        }
        return error;
    }

    private static Errno Search(string name, byte[] path, string? directory)
    {
        var error = new Errno(Errno.ENOENT);
        var candidates = new SearchPath(path, Encoding.UTF8.GetBytes(name), stackalloc byte[SearchPath.MostBytes]);
        while (candidates.MoveNext())
        {
            var answer = MayExecute(PathText.From(candidates.Current), directory);
            if (answer.IsSuccess)
                return answer;
            if (answer.Number == Errno.EACCES)
                error = answer;
        }
        return error;
    }

    private static Errno MayExecute(string path, string? directory)
    {
        var error = MayUse(path[0] == '/' || directory is null ? path : $"{directory}/{path}", S_IFREG);
        return error.IsSuccess || error.Number == Errno.EACCES ? error : new Errno(Errno.ENOENT);
    }

    private void Add(string subject, AbsenceKind kind, ExecFailure failure) => _found.Add(new Absence(subject, kind, failure.Sentence));

    /// <summary>
    /// Whether the user may enter the directory or execute the file; another type of file is refused with the error of exec or chdir.
    /// </summary>
    private static Errno MayUse(string path, int type)
    {
        statx status;
        Span<byte> buffer = stackalloc byte[512];
        fixed (byte* name = PathText.Terminated(path, buffer))
        {
            if (get_statx(AT_FDCWD, name, 0, STATX_TYPE, &status) != 0)
                return LastError;
            if ((status.stx_mode & S_IFMT) != type)
                return new Errno(type == S_IFDIR ? Errno.ENOTDIR : Errno.EACCES);
            return access(name, X_OK) == 0 ? Errno.None : LastError;
        }
    }
}
