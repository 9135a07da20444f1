using System.Text;
using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Lifecycle;
using MetaMcp.Init.Core.Values;
using MetaMcp.Init.Filesystem;
using MetaMcp.Init.Spawning;
using MetaMcp.Init.Time;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Helpers;

/// <summary>Starts a child that reads a file and writes it to the descriptor <c>answer</c>.</summary>
internal delegate Errno ReadStart(string path, int answer, out int pid);

/// <summary>
/// Reads the file again, by a short child process: the file's file system may hang, and then only that child hangs. There is one read
/// at a time; a request during a read causes one more read after it, since this one may have begun before the change. A child that
/// outlives its SIGKILL, because it sleeps in the kernel, is left alone, and further children may be started: by then the file may be
/// on another file system. If no child can be started (the limit of tasks is reached), PID 1 reads the file itself, whether its file
/// system hangs or not: the new file may be the one that makes room.
/// </summary>
/// <param name="file">The file, and what is done with it.</param>
/// <param name="begin">Starts the child.</param>
/// <param name="helpers">Holds the pid of the child until it is collected.</param>
/// <param name="watch">Calls back when a descriptor can be read.</param>
/// <param name="unwatch">Ends that; called before the descriptor is closed.</param>
/// <param name="tell">Takes the answer, once for each read that was not dropped.</param>
internal sealed class ConfigRead(
    FileReload file, ReadStart begin, HashSet<int> helpers, Action<int, Action> watch, Action<int> unwatch, Action<SystemEvent> tell)
{
    /// <summary>
    /// Longer than a network file system takes that is merely slow, and not longer than an operator will wait for an answer.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A SIGHUP every minute must not fill the container with children that never end.</summary>
    private const int MostLeft = 4;

    /// <summary>The exit code of our binary if the kernel gives its runtime no second thread.</summary>
    private const int NoSecondThread = 255;

    /// <summary>Children that were sent SIGKILL and whose answer does not count any more, until they are collected.</summary>
    private readonly HashSet<int> _left = new(MostLeft + 1);

    private FileAnswer _answer = new(0);
    private bool _isAskedAgain;

    /// <summary>The pid of the child that is reading, until it is collected; else 0.</summary>
    private int _pid;

    private int _pipe = -1;

    /// <summary>When <see cref="Expire"/> has something to do.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>Whether there is a child that was sent SIGKILL and not collected.</summary>
    public bool HasLeft => _left.Count > 0;

    /// <summary>Whether this is such a child. If it does not end by SIGKILL, no signal ends it.</summary>
    public bool IsLeft(int pid) => _left.Contains(pid);

    public void Start()
    {
        _isAskedAgain = _pipe >= 0;
        if (!_isAskedAgain && Spawn() is { } problem)
            tell(Refused(problem));
    }

    /// <summary>Gives up on a child that takes too long, and starts the read that was requested meanwhile.</summary>
    public void Expire(Instant now)
    {
        if (now < Due)
            return;
        if (_pipe < 0)
        {
            Due = Instant.Never;
            if (_isAskedAgain)
                Start();
            return;
        }
        Read();
        if (now >= Due)
            Finish($"not read within {Duration.Format(Patience)}: its file system does not answer, or it is a pipe without a writer; " +
                "when `head` shows it again, send SIGHUP again");
    }

    /// <summary>A child was collected; true if it was one of these.</summary>
    public bool TakeCollected(int pid, ExitStatus status)
    {
        if (_left.Remove(pid))
            return true;
        if (pid != _pid)
            return false;
        _pid = 0;
        // Everything that the child wrote is in the pipe.
        var isWhole = TakeAll() == AnswerTurn.Whole;
        if (!isWhole && status == ExitStatus.Exited(NoSecondThread))
            ReadHere();
        else
            Took(isWhole ? AnswerTurn.Whole : AnswerTurn.Broken);
        return true;
    }

    /// <summary>The answer is not wanted any more.</summary>
    public void Drop()
    {
        _isAskedAgain = false;
        Leave();
        Due = Instant.Never;
    }

    /// <summary>Null if a child is reading, or the answer was told already.</summary>
    private string? Spawn()
    {
        if (_left.Count >= MostLeft)
            return $"{MostLeft} earlier reads still hang in the kernel; when its file system answers again, or the container was " +
                "restarted, send SIGHUP again";
        var error = Pipe.Open(out var reading, out var writing);
        if (!error.IsSuccess)
            return NotBegun(error);
        try
        {
            _answer = new FileAnswer(ConfigReader.MostRead);
            error = begin(file.Path, writing, out var pid);
            if (!error.IsSuccess)
            {
                ReadHere();
                return null;
            }
            (_pid, _pipe) = (pid, reading);
            Due = MonotonicClock.Now + Patience;
            _ = helpers.Add(pid);
            watch(reading, Read);
            return null;
        }
        finally
        {
            _ = close(writing);
            if (_pipe != reading)
                _ = close(reading);
        }
    }

    private static string NotBegun(Errno error) =>
        $"mcp-init cannot start a process to read it: {error}; send SIGHUP again when there is room";

    private void Read()
    {
        if (_pipe >= 0)
            Took(TakeAll());
    }

    /// <summary>Takes everything that is in the pipe: an answer has a greatest length.</summary>
    private AnswerTurn TakeAll()
    {
        AnswerTurn turn;
        do
            turn = _answer.Take(_pipe);
        while (turn == AnswerTurn.Read);
        return turn;
    }

    private void Took(AnswerTurn turn)
    {
        if (turn == AnswerTurn.Whole)
            Finish(_answer.HasProblem ? Encoding.UTF8.GetString(_answer.Bytes!) : null, _answer.Bytes);
        else if (turn == AnswerTurn.Broken)
            Finish("the process that was to read it ended without an answer; send SIGHUP again");
    }

    private void ReadHere()
    {
        var error = WholeFile.Read(file.Path, O_NONBLOCK, ConfigReader.MostRead, out var bytes);
        Finish(error.IsSuccess ? null : error.Message, bytes);
    }

    /// <param name="problem">Null if the file was read.</param>
    /// <param name="bytes">The bytes of the file.</param>
    private void Finish(string? problem, byte[]? bytes = null)
    {
        Leave();
        // Even if a later step fails, the request gets an answer, and a request that came meanwhile gets another read.
        SystemEvent answer = Refused(problem ?? "its contents could not be put in force; send SIGHUP again");
        try
        {
            if (problem is null)
                answer = file.Take(bytes!);
        }
        finally
        {
            _answer = new FileAnswer(0);
            tell(answer);
            // Not here: this may be called while children are collected, when pids that are free already still stand for collected
            // children.
            if (_isAskedAgain)
                Due = MonotonicClock.Now;
        }
    }

    private void Leave()
    {
        if (_pipe < 0)
            return;
        unwatch(_pipe);
        _ = close(_pipe);
        (_pipe, Due) = (-1, Instant.Never);
        if (_pid == 0)
            return;
        // The child was not collected, so the pid is still its own. Mostly the child has ended, or is about to.
        _ = kill(_pid, Signal.Kill.Number);
        _ = _left.Add(_pid);
        _pid = 0;
    }

    private SystemEvent.ReloadRefused Refused(string problem) => new SystemEvent.ReloadRefused([$"{file.Path}: {problem}"]);
}
