/** What of a grid can be run by itself. */
export type StudyName =
  | 'experiment-1'
  | 'experiment-2'
  | 'experiment-3'
  | 'masks'
  | 'labels'
  | 'covid-ct'
  | 'source'
  | 'settings'
  | 'tuned'
  | 'pretrained'
  | 'pretrained-large'
  | 'pretrained-longer'
  | 'frozen';
