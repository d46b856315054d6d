/** On two cores: with six, a tenth of the processor time is left, because tests wait for processes and sockets. */
export const WORKERS = 8;
